"""A cloud whose compute manager is in the middle of its conversion to versioned objects."""
