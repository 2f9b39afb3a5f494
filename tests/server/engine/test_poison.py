"""The note of what is being done: read after a death, wiped after success."""

from pathlib import Path

from server.disk.store import Entry, Log
from server.engine.poison import DEADLY, Attempts, digest_of, file_of, past_watch

ADD = Entry(seq=4, kind="command", seat="s", nonce="n", id=2, body=b"add")


def died_of(directory: Path, log: Log, session: str, digest: bytes) -> None:
    """An engine that is lost in the middle of a piece of work: its mapped memory is the file."""
    engine = Attempts(directory, log)
    with engine.noted(session, digest):
        left = (directory / file_of(0)).read_bytes()
    engine.close()
    (directory / file_of(0)).write_bytes(left)


def test_work_that_was_done_or_failed_is_not_blamed(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        attempts = Attempts(tmp_path, log)
        try:
            with attempts.noted("r", b"d" * 16):
                raise ZeroDivisionError("a defect that was survived")
        except ZeroDivisionError:
            attempts.close()
        after = Attempts(tmp_path, log)
        assert after.last is None
        assert log.deaths() == {}
        after.close()


def test_two_deaths_make_a_piece_of_work_deadly_in_its_session_alone(tmp_path: Path) -> None:
    digest = digest_of(ADD)
    with Log(tmp_path) as log:
        for deaths in range(1, DEADLY + 1):
            died_of(tmp_path, log, "räume", digest)
            attempts = Attempts(tmp_path, log)
            assert attempts.last == ("räume", digest)
            assert attempts.deadly("räume", digest) is (deaths == DEADLY)
            attempts.close()
        assert not attempts.deadly("other", digest)
        assert past_watch(log, "räume").deadly(digest)
        assert not past_watch(log, "other").deadly(digest)


def test_each_engine_has_its_own_note_and_all_share_the_deaths(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        first, second = Attempts(tmp_path, log, 0), Attempts(tmp_path, log, 1)
        with first.noted("r", b"d" * 16), second.noted("s", b"e" * 16):
            left = (tmp_path / file_of(1)).read_bytes()
        first.close()
        second.close()
        (tmp_path / file_of(1)).write_bytes(left)
        assert Attempts(tmp_path, log, 0).last is None
        assert log.deaths() == {}
        assert Attempts(tmp_path, log, 1).last == ("s", b"e" * 16)
        assert log.deaths() == {("s", b"e" * 16): 1}


def test_a_file_of_another_size_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / file_of(0)).write_bytes(b"\x01half")
    with Log(tmp_path) as log:
        attempts = Attempts(tmp_path, log)
        assert attempts.last is None
        attempts.close()


def test_a_command_is_the_same_wherever_it_stands_and_everything_else_is_not() -> None:
    again = Entry(seq=9, kind="command", seat="s", nonce="n", id=2, body=b"add", ticks=3)
    assert digest_of(again) == digest_of(ADD)
    others = [
        Entry(seq=4, kind="command", seat="s", nonce="n", id=3, body=b"add"),
        Entry(seq=4, kind="command", seat="t", nonce="n", id=2, body=b"add"),
        Entry(seq=4, kind="command", seat="s", nonce="m", id=2, body=b"add"),
        Entry(seq=4, kind="command", seat="s", nonce="n", id=2, body=b"sub"),
        Entry(seq=4, kind="play"),
        Entry(seq=5, kind="play"),
    ]
    assert len({digest_of(entry) for entry in (ADD, *others)}) == 7
