"""Lecture plans: what is wrong with one is said with file, step and field."""

from pathlib import Path

import pytest

from server.lecture import PlanError, load
from tests.server.rooms import SCENES


def write(folder: Path, text: str) -> Path:
    (folder / "plan.toml").write_text(text, "utf-8")
    return folder


def test_a_plan_is_read_in_order(tmp_path: Path) -> None:
    text = """
    title = "Two"
    [[step]]
    title = "Count"
    scene = "tally"
    notes = "ask first"
    params = { limit = 5 }
    [[step]]
    title = "Discuss"
    """
    plan = load("plan", SCENES, write(tmp_path, text))
    assert (plan.name, plan.title) == ("plan", "Two")
    assert [(s.title, s.scene, s.params, s.notes) for s in plan.steps] == [
        ("Count", "tally", b'{"limit":5}', "ask first"),
        ("Discuss", None, b"{}", ""),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "plan.toml: Invalid value"),
        ('title = "x"', "plan.toml: .*`step`"),
        ('title = "x"\nstep = []', r"at least one \[\[step\]\]"),
        ('title = "x"\n[[step]]\ntitle = "a"\nsound = 1', "sound"),
        ('title = "x"\n[[step]]\ntitle = "a"\nscene = "talley"', "step 1, scene: expected one of tally, got 'talley'"),
        (
            'title = "x"\n[[step]]\ntitle = "a"\n[[step]]\ntitle = "b"\nscene = "tally"\nparams = { limit = 0 }',
            "step 2, params: .*>= 1",
        ),
    ],
)
def test_a_plan_with_an_error_is_refused_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        load("plan", SCENES, write(tmp_path, text))


@pytest.mark.parametrize("name", ["nothing", "../plan", "/etc/passwd"])
def test_a_plan_that_is_not_here_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, 'title = "x"')
    with pytest.raises(PlanError, match="expected one of the lecture plans plan, got"):
        load(name, SCENES, tmp_path)
