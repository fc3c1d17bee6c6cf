"""Scenarios that nobody wrote: drawn at random, compared on both call paths, told as a test when they diverge."""
