"""The one way to refuse a request."""

from __future__ import annotations


class RefusalError(Exception):
    """An error answer: a status, a message without anything secret in it, and perhaps headers of its own."""

    def __init__(self, status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def failure() -> RefusalError:
    """The answer of a server that failed."""
    return RefusalError(500, "Something went wrong on the server.")
