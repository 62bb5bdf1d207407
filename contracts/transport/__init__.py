"""How a request is sent: shared answers, retries, authentication, pacing, recording, client."""
