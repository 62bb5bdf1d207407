"""What each operation does."""

__all__ = ["attributes", "bookings", "delegation", "forms", "memberships", "users", "webhooks"]
