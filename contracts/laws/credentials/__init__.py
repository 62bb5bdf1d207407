"""Laws of credentials and tenants."""
