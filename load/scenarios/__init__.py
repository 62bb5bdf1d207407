"""The scenarios: declared limits, token refresh, mixed traffic."""
