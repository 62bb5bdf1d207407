"""Traffic that others recorded: read, freed of secrets, and judged without a request."""
