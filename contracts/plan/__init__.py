"""Which law is asked of which operation, as whom; deterministic and printable before anything is sent."""
