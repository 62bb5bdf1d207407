"""What stands behind the pytest items."""
