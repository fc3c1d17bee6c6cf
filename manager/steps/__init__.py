"""Steps that several work items share."""
