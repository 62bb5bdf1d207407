"""How a request is built: credentials, parameters, address."""
