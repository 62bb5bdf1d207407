"""Steps that create, read, update and delete a resource."""
