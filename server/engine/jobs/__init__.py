"""Jobs beside the engine: worker processes, and whose job takes the next step."""
