"""Open files: the soft limit is raised, and what is kept back for the lecturer is counted."""

import resource
import subprocess
import sys

import pytest

from server.gateway.defence import descriptors
from server.gateway.defence.descriptors import LAST, RESERVE, Files


def test_the_reserve_is_what_students_leave() -> None:
    some = Files(limit=256, own=20)
    assert some.viewers == 256 - 20 - RESERVE
    assert not some.short(some.viewers)
    assert some.short(some.viewers + 1)
    assert not some.exhausted(256 - 20 - LAST)
    assert some.exhausted(256 - 20 - LAST + 1)
    assert Files(limit=30, own=20).viewers == 0


def test_a_shortage_is_a_sentence_with_what_to_do() -> None:
    assert descriptors.shortage(Files(limit=4000, own=20), 3000) == ""
    words = descriptors.shortage(Files(limit=256, own=20), 3000)
    assert words.startswith(
        "expected at least 3,068 open files for 3,000 browsers, this computer allows 256: about 188"
    )
    assert "--max-viewers" in words


def limits_of(code: str, soft: int, hard: int) -> list[str]:
    """What a process that starts with these limits prints."""
    imports = "from server.gateway.defence import descriptors as files; import resource"
    program = f"{imports}; {code}; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    done = subprocess.run(
        ["bash", "-c", f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"', "x", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_soft_limit_becomes_the_hard_one() -> None:
    assert limits_of("print(files.raised())", 256, 3000) == ["3000", "3000"]
    assert limits_of("print(files.raised())", 300, 300) == ["300", "300"]


def test_what_is_open_now_counts_as_the_programs_own() -> None:
    found = descriptors.now()
    assert 3 <= found.own < found.limit
    assert found.limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_a_system_that_refuses_its_own_hard_limit_is_asked_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refused(_: int, pair: tuple[int, int]) -> None:
        asked.append(pair[0])
        if pair[0] > 10_240:
            raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refused)
    assert descriptors.raised() == asked[-1] == 8192
