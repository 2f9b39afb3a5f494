"""The scenes, one file each; `server.scene.scenes()` discovers them."""
