"""A session without I/O: its state, the rules that change it, what browsers see, and all that a scene may use."""
