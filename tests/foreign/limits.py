"""Four ways to count requests, all of which keep the declared limits."""

from __future__ import annotations

import math
from collections import deque


class Fixed:
    """A window counted from the epoch, or from its first request."""

    def __init__(self, most: int, window: float, *, aligned: bool) -> None:
        self.most, self.window, self.aligned = most, window, aligned
        self.start, self.used = -math.inf, 0

    def take(self, now: float) -> bool:
        """Whether this request is let in."""
        if self.left(now) <= 0:
            return False
        self.used += 1
        return True

    def _roll(self, now: float) -> None:
        if now >= self.start + self.window:
            self.start = now - now % self.window if self.aligned else now
            self.used = 0

    def give_back(self) -> None:
        """This one did not count after all."""
        self.used = max(0, self.used - 1)

    def left(self, now: float) -> int:
        """Requests that would still be let in."""
        self._roll(now)
        return self.most - self.used

    def ends(self, now: float) -> float:
        """When the window ends."""
        return self.start + self.window


class Log:
    """A sliding window over the times of what was let in."""

    def __init__(self, most: int, window: float) -> None:
        self.most, self.window = most, window
        self.taken: deque[float] = deque()

    def take(self, now: float) -> bool:
        """Whether this request is let in."""
        if self.left(now) <= 0:
            return False
        self.taken.append(now)
        return True

    def give_back(self) -> None:
        """This one did not count after all."""
        if self.taken:
            self.taken.pop()

    def left(self, now: float) -> int:
        """Requests that would still be let in."""
        while self.taken and self.taken[0] <= now - self.window:
            self.taken.popleft()
        return self.most - len(self.taken)

    def ends(self, now: float) -> float:
        """When the next place is free."""
        return (self.taken[0] if self.taken else now) + self.window


class Bucket:
    """A token bucket that is full at first and fills evenly."""

    def __init__(self, most: int, window: float) -> None:
        self.most, self.window = most, window
        self.tokens, self.seen = float(most), -math.inf

    def take(self, now: float) -> bool:
        """Whether this request is let in."""
        if self.left(now) < 1:
            return False
        self.tokens -= 1
        return True

    def give_back(self) -> None:
        """This one did not count after all."""
        self.tokens = min(self.most, self.tokens + 1)

    def left(self, now: float) -> int:
        """Requests that would be let in at once."""
        if self.seen > -math.inf:
            self.tokens = min(self.most, self.tokens + (now - self.seen) * self.most / self.window)
        self.seen = now
        return math.floor(self.tokens)

    def ends(self, now: float) -> float:
        """When the bucket is full again."""
        return now + (self.most - self.tokens) * self.window / self.most


Counter = Fixed | Log | Bucket
