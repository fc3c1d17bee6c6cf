"""What the pytest plugin binds: the checker, its markers, the board of a run, and the bridge to testtools."""
