"""What the owner of a deployment says about it, and the secrets of it."""
