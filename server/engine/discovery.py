"""Which scenes there are: one module each in `server/scenes`, found when an engine starts."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from server import scenes as built_in
from server.room.scene import AnyScene


@cache
def scenes() -> Mapping[str, AnyScene]:
    """Every scene in `server/scenes`, by name, in alphabetical order; importing them imports torch."""
    found: dict[str, AnyScene] = {}
    for module in sorted(pkgutil.iter_modules(built_in.__path__), key=lambda m: m.name):
        scene = importlib.import_module(f"server.scenes.{module.name}").SCENE
        for message in (*scene.actions, *scene.frames_sent):
            tag = str(message.__struct_config__.tag)
            if not tag.startswith(f"{module.name}."):
                raise ValueError(f"scene {module.name}: expected a tag '{module.name}.…', got {tag!r}")
        found[module.name] = scene
    return found
