"""What strangers may not do: who is let in, limits, headers, refusals."""
