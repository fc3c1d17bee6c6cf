"""Comparing the two call paths: scenarios, observations, comparisons, allowances and the board."""

from fakevirt import _oslo  # noqa: F401
