"""The steps of building an instance, a file each."""
