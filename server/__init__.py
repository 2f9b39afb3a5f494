"""The server: a gateway that holds the sockets and an engine that owns the sessions."""
