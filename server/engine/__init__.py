"""The engine's process: one plain loop that owns the sessions, torch inside."""
