"""What `models` exports: every name is there, is loaded when it is asked for, and is what its module calls so."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import models

ROOT = Path(__file__).parents[2]


def fresh(script: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    return done.stdout.strip()


def for_checkers() -> dict[str, str]:
    """Name -> module, of the imports that type checkers alone follow."""
    tree = ast.parse((ROOT / "models" / "__init__.py").read_text("utf-8"))
    (guarded,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def test_the_list_the_checkers_imports_and_the_table_are_one() -> None:
    assert sorted(models.__all__) == sorted(for_checkers())
    assert for_checkers() == models._MODULE
    assert set(models.__all__) <= set(dir(models))


@pytest.mark.parametrize("name", models.__all__)
def test_each_name_is_that_of_its_module(name: str) -> None:
    assert getattr(models, name) is getattr(importlib.import_module(for_checkers()[name]), name)


def test_importing_models_loads_nothing_and_a_name_loads_its_own() -> None:
    script = (
        "import sys, models; print([m for m in ('torch', 'numpy', 'scipy', 'e3nn') if m in sys.modules]);"
        "from models import EGNN, graphs; print('torch' in sys.modules, 'e3nn' in sys.modules);"
        "from models import TensorNetwork; print(TensorNetwork.__module__, 'e3nn' in sys.modules)"
    )
    assert fresh(script).splitlines() == ["[]", "True False", "models.networks.tensor_net True"]


def test_another_name_is_refused_in_a_sentence() -> None:
    with pytest.raises(AttributeError, match=r"Expected a name of models\.__all__ .*, got 'EGNNN'"):
        _ = models.EGNNN
    with pytest.raises(ImportError):
        importlib.import_module("models.egnn")


def test_both_packages_say_that_they_are_typed() -> None:
    for package in ("models", "server"):
        assert (ROOT / package / "py.typed").is_file()


def test_the_map_names_every_module_under_its_layer_and_none_that_is_gone() -> None:
    text = (ROOT / "models" / "README.md").read_text("utf-8")
    parts = dict(part.split("\n", 1) for part in text.split("\n## ")[1].split("\n### ")[1:])
    files = [path for path in (ROOT / "models").rglob("*.py") if path.name != "__init__.py"]
    for layer, lines in parts.items():
        assert set(re.findall(r"`(\w+\.py)`", lines)) == {path.name for path in files if path.parent.name == layer}
    assert set(parts) == {path.parent.name for path in files}
