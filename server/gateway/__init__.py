"""The gateway: pages, sockets and the engines' pipes; it imports no torch."""
