"""What the tool makes of Nova's compute manager of Icehouse, held against what people made of it.

Run ``make nova-history NOVA=path/to/nova.git``. Nothing of Nova is kept here: its files are read out of a repository.
"""
