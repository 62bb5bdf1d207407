"""Which law is run at which operation, as whom; deterministic and printable before anything is sent."""
