"""The HTTP API: its bodies and its own description."""
