"""The record of a run: written while it runs, read afterwards."""
