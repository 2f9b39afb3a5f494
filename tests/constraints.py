"""The versions with which this release was tested, in `tests/constraints.txt`.

    .venv/bin/python -m tests.constraints      writes them anew from this environment

Run it where every check passed. The file holds what the two commands of the README install, and what builds the
package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("constraints.txt")
EDITABLE = "editables"
"""What hatchling asks for when it builds for `pip install -e`; it stands in no table of `pyproject.toml`."""


def stated() -> list[Requirement]:
    """What the project itself requires: to run, to be tested, to be built."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = table["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["test"], *table["build-system"]["requires"]]
    return [Requirement(line) for line in (*lines, EDITABLE)]


def below(requirement: Requirement) -> Iterator[Requirement]:
    """What the installed distribution of this name requires here, with the extras asked for."""
    for line in distribution(requirement.name).requires or ():
        each = Requirement(line)
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)):
            yield each


def installed(name: str) -> str:
    """The public part of the installed version: `2.13.0` for `2.13.0+cpu`; empty where nothing is installed."""
    try:
        return Version(distribution(name).version).public
    except PackageNotFoundError:
        return ""


def everything(pinned: Mapping[str, str] | None = None) -> dict[str, Requirement]:
    """All that is required here, directly or by another, by canonical name.

    With `pinned`, what a distribution requires counts only where its installed version is the pinned one, for another
    version may require other things.
    """
    names: dict[str, Requirement] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    waiting = [each for each in stated() if each.marker is None or each.marker.evaluate()]
    while waiting:
        each = waiting.pop()
        name = canonicalize_name(each.name)
        names.setdefault(name, each)
        if (name, frozenset(each.extras)) in done:
            continue
        done.add((name, frozenset(each.extras)))
        version = installed(name)
        if version and (pinned is None or pinned.get(name) == version):
            waiting += below(each)
    return names


def pins(text: str) -> dict[str, str]:
    """Version by canonical name, as the file has them."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("==") for line in lines)


def main() -> None:
    """Write the file: its head as it is, the versions as they are here."""
    head = "".join(line for line in FILE.read_text("utf-8").splitlines(keepends=True) if line.startswith("#"))
    lines = [f"{name}=={installed(name)}\n" for name in sorted(everything()) if installed(name)]
    FILE.write_text(head + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
