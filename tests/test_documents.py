"""The documents say what is there: pictures, links, paths, commands, maps and a lecture that can be opened."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from server import lecture
from server.__main__ import _parser
from server.scene import scenes
from tests import pictures
from tests.e2e.hall import SIZES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MOST_LINES = {"README.md": 200, "server/README.md": 150, "static/README.md": 150, "tests/README.md": 150}
