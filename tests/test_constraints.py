"""The tested versions: whole, plain, and within what the project says it works with."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import constraints

TEXT = constraints.FILE.read_text("utf-8")
PINS = constraints.pins(TEXT)


def test_a_line_is_a_name_and_a_version_and_names_no_place() -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
    assert list(PINS) == sorted(PINS)
    assert len(lines) == len(PINS)


def test_the_project_allows_what_was_tested() -> None:
    for requirement in constraints.stated():
        version = PINS[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(Version(version)), f"{requirement}: tested with {version}"


def test_all_that_the_two_commands_install_is_pinned() -> None:
    required = constraints.everything(PINS)
    free = [str(each) for name, each in required.items() if name not in PINS and "==" not in str(each.specifier)]
    assert free == [], "tests/constraints.txt lacks these: python -m tests.constraints"
