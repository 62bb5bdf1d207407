"""One module per output format; each has one pure function from a Run to its text."""
