"""Laws of filtered lists."""
