"""The line between gateway and engine, and what watches both ends."""
