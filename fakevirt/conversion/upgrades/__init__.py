"""Clouds of several releases: what each mix does with each work item, and the rehearsal of a whole upgrade."""
