"""The documents say what is there: links, paths, maps, the table of scenes, the pictures, the lecture that is shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.engine.discovery import scenes
from server.engine.lectures import load
from tests import pictures

ROOT = Path(__file__).parents[1]
FOLDERS = ("models", "server", "static", "tests")
MOST_LINES = {
    "README.md": 200,
    **{f"{folder}/README.md": 150 for folder in (*FOLDERS, "tests/bench")},
}
OUTSIDE = {"node_modules", ".venv", "gnn-live-data"}
SUFFIXES = ("py", "js", "css", "html", "toml", "json", "txt")


def documents() -> list[Path]:
    """Every text for people in the tree."""
    found = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))]
    return sorted(path for path in found if not OUTSIDE & set(path.parts))


DOCUMENTS = [path.relative_to(ROOT).as_posix() for path in documents()]


def prose(document: str) -> str:
    """The text without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", (ROOT / document).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def first_cells(document: str) -> Iterator[str]:
    """The paths in the first cell of every row of the document's tables, as the document's folder has them."""
    for row in re.findall(r"^\| (`[^|]*`) \|", prose(document), re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


def sources(folder: str, *patterns: str) -> set[str]:
    """The files below a folder that belong on its map."""
    base = ROOT / folder
    found = (path for pattern in patterns for path in base.rglob(pattern) if not OUTSIDE & set(path.parts))
    return {path.relative_to(base).as_posix() for path in found}


@pytest.mark.parametrize("document", sorted(MOST_LINES))
def test_each_folder_has_a_document_that_is_short(document: str) -> None:
    assert len((ROOT / document).read_text("utf-8").splitlines()) <= MOST_LINES[document]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_links_to_is_there(document: str) -> None:
    text = prose(document)
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]
    near = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]
    assert [link for link in near if not (ROOT / document).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_file_that_a_document_names_is_there(document: str) -> None:
    """`session.py`, `room/session.py` and `server/room/session.py` all name a file whose path ends so."""
    every = {"/" + path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*")}
    every |= {"/" + path.name for path in ROOT.iterdir()}
    named = re.findall(rf"`((?:[\w.-]+/)*[\w.-]+\.(?:{'|'.join(SUFFIXES)}))`", prose(document))
    named = [name for name in named if not re.search("NAME|DIGEST|^server/lectures/mine", name)]
    assert [name for name in named if not any(path.endswith("/" + name) for path in every)] == []


def test_every_module_of_the_server_is_on_its_map() -> None:
    named = {name for name in first_cells("server/README.md") if name.endswith(".py")}
    assert named == {
        name for name in sources("server", "*.py") if not re.match(r"scenes/|(.*/)?__init__\.py$", name)
    }  # a scene is on the README's table


@pytest.mark.parametrize("layer", sorted(path.parent.name for path in (ROOT / "models").glob("*/__init__.py")))
def test_every_module_of_a_layer_of_the_models_is_on_its_map(layer: str) -> None:
    [section] = re.findall(rf"^### {layer}\n(.*?)(?=^#)", prose("models/README.md"), re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`(\w+\.py)`", section))
    assert named == {path.name for path in (ROOT / "models" / layer).glob("*.py") if path.name != "__init__.py"}


def test_every_file_of_the_pages_is_on_their_map() -> None:
    kinds = (".js", ".css", ".html", ".svg", ".d.ts")
    named = {name for name in first_cells("static/README.md") if name.endswith(kinds)}
    patterns = [f"*{kind}" for kind in kinds]
    assert named == {name for name in sources("static", *patterns) if not re.match(r"scenes/|pictures/", name)}


def test_every_module_that_tests_share_is_on_their_map() -> None:
    apart = r"bench/|simulation/|(.*/)?(test_[^/]*|[^/]*\.test\.js|__init__\.py)$"
    named = {name for name in first_cells("tests/README.md") if name.endswith((".py", ".js"))}
    assert named == {name for name in sources("tests", "*.py", "*.js") if not re.match(apart, name)}


def test_every_bench_is_on_their_map() -> None:
    named = {name for name in first_cells("tests/bench/README.md") if name.endswith(".py")}
    assert named == {path.name for path in (ROOT / "tests/bench").glob("*.py") if path.name != "__init__.py"}


def test_the_table_of_scenes_is_whole() -> None:
    readme = prose("README.md")
    rows = re.findall(r'^\| <img src="static/pictures/(\w+)\.webp"[^|]*\| `(\w+)` \|', readme, re.MULTILINE)
    assert [picture for picture, scene in rows if picture != scene] == []
    assert sorted(scene for _, scene in rows) == sorted(scenes())


def test_the_pictures_are_shown_and_small() -> None:
    readme = prose("README.md")
    shown = set(re.findall(r'src="static/pictures/([^"]+)"', readme))
    expected = {pictures.file(scene) for scene in scenes()}
    expected |= {pictures.file(scene, kind) for scene in pictures.WHOLE for kind in pictures.WIDTHS}
    assert shown == expected
    files = list(pictures.FOLDER.iterdir())
    assert {path.name for path in files} == shown
    assert {path.name: path.stat().st_size for path in files if path.stat().st_size > pictures.MOST} == {}
    assert [path.name for path in files if path.read_bytes()[8:12] != b"WEBP"] == []


def test_the_lecture_of_the_readme_can_be_opened(tmp_path: Path) -> None:
    [text] = re.findall(r"^```toml\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    plan = load("mine", scenes(), tmp_path)
    assert plan.title == tomllib.loads(text)["title"]
    assert [step.question is not None for step in plan.steps] == [True]


def test_the_two_commands_stand_in_lines_of_their_own() -> None:
    """`.ci/run` reads the second from here."""
    readme = (ROOT / "README.md").read_text("utf-8")
    [run] = re.findall(r"^run *: *(.+)$", readme, re.MULTILINE)
    [test] = re.findall(r"^test *: *(.+)$", readme, re.MULTILINE)
    assert run.endswith("/gnn-live")
    assert "/pytest" in test


def test_decisions_keep_their_numbers() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. \*\*", prose("server/DECISIONS.md"), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 46
