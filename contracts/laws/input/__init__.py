"""Laws of valid and invalid input."""
