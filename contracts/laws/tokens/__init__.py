"""Laws of token pairs: rotation, expiry, forgery."""
