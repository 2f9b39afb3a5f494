"""The scenes, one file each; `server.engine.discovery.scenes()` discovers them."""
