"""Thresholds of a load run, and their verdicts."""
