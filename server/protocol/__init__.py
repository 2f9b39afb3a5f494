"""What goes over the wire: every message, its bytes, and the texts and names in it."""
