"""The first cut of a conversion: what is safe is rewritten, what is not is listed with its reason.

It rests on what :mod:`fakevirt.audit` knows of a module. LibCST is not installed with fakevirt itself.
"""
