"""Browser tests of single scenes, which share one program."""
