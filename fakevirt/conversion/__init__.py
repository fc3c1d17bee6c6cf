"""Comparing the two call paths: scenarios, observations, comparisons, allowances and the board."""
