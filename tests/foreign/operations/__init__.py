"""What each operation does."""

from tests.foreign.operations import attributes, bookings, delegation, forms, memberships, users, webhooks

__all__ = ["attributes", "bookings", "delegation", "forms", "memberships", "users", "webhooks"]
