"""What kind of rate limiter answers, from timestamps and statuses alone: pure, no I/O, no clock, no randomness."""
