"""Keys and tokens: who has one, who has not, and the file that they hang on."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.disk.keys import Keys, SecretError, load, new_seat

KEYS = Keys(b"s" * 32)
OTHER = Keys(b"t" * 32)


def test_a_key_opens_its_session_and_generation_alone() -> None:
    key = KEYS.key("lecture2", 1)
    assert KEYS.opens(key, "lecture2", 1)
    assert not KEYS.opens(key, "lecture2", 2)
    assert not KEYS.opens(key, "lecture3", 1)
    assert not OTHER.opens(key, "lecture2", 1)
    assert not KEYS.opens("", "lecture2", 1)
    assert not KEYS.opens(key[:-1], "lecture2", 1)
    assert not KEYS.opens("ключ\ud800", "lecture2", 1)


def test_a_key_has_at_least_128_bits_and_stands_in_a_fragment_as_it_is() -> None:
    key = KEYS.key("lecture2", 1)
    assert len(key) * 6 >= 128
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_a_stage_token_opens_stages_of_its_session_and_generation_and_nothing_else() -> None:
    token = KEYS.stage("lecture2", 1)
    assert KEYS.opens_stage(token, "lecture2", 1)
    assert not KEYS.opens_stage(token, "lecture2", 2)
    assert not KEYS.opens_stage(token, "lecture3", 1)
    assert not OTHER.opens_stage(token, "lecture2", 1)
    assert not KEYS.opens_stage("", "lecture2", 1)
    assert not KEYS.opens(token, "lecture2", 1)
    assert not KEYS.opens_stage(KEYS.key("lecture2", 1), "lecture2", 1)
    assert KEYS.seat(f"stage.{token}") is None


def test_a_token_gives_its_seat_back() -> None:
    seat = new_seat()
    assert KEYS.seat(KEYS.token(seat)) == seat


def test_a_token_that_was_not_signed_here_gives_none() -> None:
    seat, victim = new_seat(), new_seat()
    signature = KEYS.token(seat).partition(".")[2]
    for token in ("", ".", seat, f"{victim}.{signature}", OTHER.token(seat), KEYS.token("instructor"), "é.é"):
        assert KEYS.seat(token) is None


def test_seats_are_not_dealt_twice() -> None:
    assert len({new_seat() for _ in range(1000)}) == 1000


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, got 5"):
        Keys(b"short")


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = load(tmp_path).key("lecture2", 1)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert load(tmp_path).opens(key, "lecture2", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_programs_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {made.key("lecture2", 1) for made in pool.map(load, [tmp_path] * 16)}
    assert len(keys) == 1


def test_a_secret_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="expected to read or write"):
        load(tmp_path / "nowhere")
    (tmp_path / "secret").write_bytes(b"torn")
    with pytest.raises(SecretError, match="at least 32 bytes, got 4"):
        load(tmp_path)
