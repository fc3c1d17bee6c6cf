"""Virt drivers with one mistake each: proof that the contract of drivers means something."""
