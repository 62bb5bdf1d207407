"""Load scenarios: declared rate limits and token refresh under load."""
