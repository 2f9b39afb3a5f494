"""A fingerprint of the program that runs a scene's jobs: where a job goes on from is for the same program alone."""

from __future__ import annotations

import hashlib
import importlib
from functools import cache
from pathlib import Path

import numpy as np
import torch

import models
from server.room.scene import AnyScene


def fingerprint(scene: AnyScene) -> str:
    """Digest of the scene's sources, of all models, and of what they compute with."""
    return _of_module(type(scene).__module__)


@cache
def _of_module(name: str) -> str:
    digest = hashlib.blake2b(f"torch {torch.__version__}, numpy {np.__version__}".encode(), digest_size=12)
    for source in (*_sources(name), *_sources(models.__name__)):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _sources(name: str) -> list[Path]:
    """The files of a module, or of a whole package."""
    path = importlib.import_module(name).__file__
    if path is None:
        return []
    own = Path(path)
    return sorted(own.parent.rglob("*.py")) if own.name == "__init__.py" else [own]
