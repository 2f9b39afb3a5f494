"""The settings of the program, read in one place, and what it writes of itself."""
