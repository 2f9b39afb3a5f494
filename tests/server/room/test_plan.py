"""Lecture plans: what is wrong with one is said with file, step and field."""

from pathlib import Path

import pytest

from server.disk.plans import NoPlan
from server.engine.lectures import load
from server.room.plan import PlanError
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
        ("title = ", r"plan.toml: Invalid value \(at end of document\)"),
        ('title = "x"\ntitle = 1 1', r"plan.toml: .*\(at line 2, column 10\)"),
        ('title = "x"', "plan.toml, line 1, step: .*missing required field `step`"),
        ('title = "x"\nstep = []', r"plan.toml, line 1, step: expected at least one \[\[step\]\], got none"),
        (
            'title = "x"\n\n[[step]]\ntitle = "a"\nsound = 1',
            r"plan.toml, line 5, sound \(step 1\): .*unknown field `sound`",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\nscene = "talley"',
            r"plan.toml, line 4, scene \(step 1\): expected one of tally, got 'talley'",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\n[[step]]\ntitle = "b"\nscene = "tally"\nparams = { limit = 0 }',
            r"plan.toml, line 7, limit \(step 2\): expected `int` >= 1",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\n[step.question]\ntext = "?"\noptions = ["one"]',
            r"plan.toml, line 6, options \(step 1\): expected two to six options for the kind choice, got 1",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\nscene = "tally"\n[step.question]\ntext = "?"\n'
            'options = ["one", "two"]\ntruth = "sum"',
            r"plan.toml, line 8, truth \(step 1\): expected one that the scene computes \(total \(number\)",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\n[step.question]\ntext = "?"\nkind = "vote"',
            r"plan.toml, line 6, kind \(step 1\): invalid enum value 'vote'",
        ),
        (
            'title = "x"\n[[step]]\ntitle = "a"\nscene = "tally"\npoints = ["one"]',
            r"plan.toml, line 5, points \(step 1\): expected them in a step without a scene",
        ),
    ],
)
def test_a_plan_with_an_error_is_refused_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        load("plan", SCENES, write(tmp_path, text))


def test_an_optional_step_opens_when_its_scene_exists(tmp_path: Path) -> None:
    text = """
    title = "Three"
    [[step]]
    title = "Later"
    scene = "not written yet"
    optional = true
    [step.question]
    text = "?"
    kind = "number"
    y = { title = "n", low = 0, high = 1 }
    truth = "whatever"
    [[step]]
    title = "Count"
    scene = "tally"
    optional = true
    """
    assert [step.title for step in load("plan", SCENES, write(tmp_path, text)).steps] == ["Count"]


@pytest.mark.parametrize("name", ["nothing", "../plan", "/etc/passwd"])
def test_a_plan_that_is_not_here_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, 'title = "x"')
    with pytest.raises(NoPlan, match="expected one of the lecture plans plan, got"):
        load(name, SCENES, tmp_path)
