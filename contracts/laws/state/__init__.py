"""Laws of resources that are created, changed and deleted."""
