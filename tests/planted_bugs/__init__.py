"""Bugs of every class of conversion bugs, each with the run that sees it."""
