"""Files of bytes by key: whole or absent, never damaged, never more than there is room for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.disk.cache import DIGEST, FileCache


def test_what_was_put_comes_back_bit_for_bit_also_to_another_process(tmp_path: Path) -> None:
    body = bytes(range(256)) * 40
    FileCache(tmp_path / "data").put("a", body)
    assert FileCache(tmp_path / "data").get("a") == body
    assert FileCache(tmp_path / "data").get("b") is None
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["a"], "nothing is left of the writing"


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "another's"])
def test_a_damaged_file_is_absent_and_goes(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    cache, path = FileCache(tmp_path), tmp_path / "a"
    cache.put("a", b"training data")
    cache.put("b", b"other data")
    whole = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[:-1])
        case "changed":
            path.write_bytes(whole[:-1] + b"!")
        case "empty":
            path.write_bytes(b"")
        case "another's":
            path.write_bytes((tmp_path / "b").read_bytes())
    assert cache.get("a") is None
    assert not path.exists()
    assert "damaged" in caplog.text
    cache.put("a", b"training data")
    assert cache.get("a") == b"training data"


def test_the_files_that_were_used_last_stay_within_the_bound(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, most=3 * (DIGEST + 100))
    for number, key in enumerate("abc"):
        cache.put(key, bytes(100))
        os.utime(tmp_path / key, (number, number))
    assert cache.get("a") is not None  # now it is the newest
    cache.put("d", bytes(100))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "d"]
    cache.put("e", bytes(3 * 100))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e"]
    cache.put("f", bytes(10_000))
    assert cache.get("f") is None, "larger than all may be"
    assert cache.get("e") is not None


def test_what_a_killed_writer_left_counts_and_goes(tmp_path: Path) -> None:
    left = tmp_path / "x.1.part"
    left.write_bytes(bytes(1000))
    os.utime(left, (0, 0))
    FileCache(tmp_path, most=500).put("a", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = FileCache(tmp_path / "file" / "folder")
    cache.put("a", b"data")
    assert cache.get("a") is None
    assert "made again" in caplog.text
