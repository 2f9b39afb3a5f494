"""What outlives the program: the log, sessions as files, keys, caches."""
