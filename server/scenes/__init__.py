"""The scenes, one file each; `server.room.scene.scenes()` discovers them."""
