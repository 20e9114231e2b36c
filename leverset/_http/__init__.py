"""One request: its slot, signature, connection, response and classification."""
