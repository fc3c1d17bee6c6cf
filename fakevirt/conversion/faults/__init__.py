"""The same fault on both call paths, at every point where one can happen."""
