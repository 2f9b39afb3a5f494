"""The browser's files as they are served: modules, sheets, scenes."""
