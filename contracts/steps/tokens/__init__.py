"""Steps that issue, use and refresh token pairs."""
