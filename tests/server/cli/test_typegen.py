"""The browser's types: every message is there, and a stale file is noticed."""

import re
from pathlib import Path

import pytest

from server.cli import typegen
from server.engine import typeset
from server.protocol import messages as p
from server.protocol.vocabulary import CORE_COMMANDS, CORE_FRAMES
from tests.server.rooms import SCENES


def interface(text: str, name: str) -> str:
    found = re.search(rf"export interface {name}\b.*?\n}}", text, re.DOTALL)
    assert found, f"no interface {name}"
    return found[0]


def test_every_core_message_has_an_interface() -> None:
    text = typegen.generate({})
    for message in (*CORE_COMMANDS, *p.GATEWAY_COMMANDS, *CORE_FRAMES):
        assert f't: "{message.__struct_config__.tag}"' in interface(text, message.__name__)


def test_tensors_choices_and_defaults_read_as_a_browser_gets_them() -> None:
    text = typegen.generate(SCENES)
    assert "readonly draw: Tensor<Float32Array> /* (3) */;" in interface(text, "Total")
    assert "readonly amount: number;" in interface(text, "Add")
    assert "readonly limit?: number;" in interface(text, "TallyParams")
    assert "readonly members: readonly (Member)[];" in interface(text, "Roster")
    assert "readonly node: number | null;" in interface(text, "Member")


def test_a_stale_file_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(typegen, "scenes", lambda: SCENES)
    target, formulas = tmp_path / "protocol.d.ts", tmp_path / "typeset.json"
    assert typegen.main(True, target, formulas) == 1
    assert typegen.main(False, target, formulas) == 0
    assert typegen.main(True, target, formulas) == 0
    target.write_text(target.read_text() + "// by hand\n")
    assert typegen.main(True, target, formulas) == 1
    assert "protocol.d.ts is not what the sources say; run `gnn-live types`" in capsys.readouterr().err
    assert typegen.main(False, target, formulas) == 0
    typeset.store(["x"], formulas)
    assert typegen.main(True, target, formulas) == 1
    assert capsys.readouterr().err.startswith("typeset.json is not")


def test_the_file_in_the_tree_is_fresh() -> None:
    assert typegen.main(check=True) == 0
