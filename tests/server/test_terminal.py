"""What the terminal shows: each link once, the key in one of them, a QR code only where a phone could use it."""

import pytest

from server.address import Reach
from server.terminal import banner, links, qr

HALL = Reach("http://192.168.1.5:8000", "http://127.0.0.1:8000", hall=True)
ALONE = Reach("http://127.0.0.1:8000", "http://127.0.0.1:8000", hall=False)
BLOCKS = "▀▄█"


def test_the_control_link_alone_holds_the_key() -> None:
    rows = links("Lecture 2", "lecture2", "KEY", "STAGE", HALL).splitlines()
    assert [row for row in rows if "KEY" in row] == ["    control  http://127.0.0.1:8000/lecture2/control#KEY"]
    assert "    join     http://192.168.1.5:8000/lecture2" in rows
    assert [row for row in rows if "STAGE" in row] == ["    stage    http://127.0.0.1:8000/lecture2/stage#STAGE"]


def test_the_hall_gets_a_code_of_the_join_address_without_the_key() -> None:
    shown = banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True)
    for row in qr("http://192.168.1.5:8000/lecture2").splitlines():
        assert row in shown
    assert "192.168.1.5:8000/lecture2" in shown
    assert shown.count("KEY") == 1


@pytest.mark.parametrize(("everywhere", "words"), [(False, "gnn-live --hall"), (True, "No network was found")])
def test_without_a_hall_there_is_a_sentence_and_no_code(everywhere: bool, words: str) -> None:
    shown = banner("Lecture 2", "lecture2", "KEY", "STAGE", ALONE, everywhere)
    assert words in shown
    assert not set(BLOCKS) & set(shown)


def test_the_admin_token_is_shown_where_it_is_needed_and_only_there() -> None:
    assert banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True, admin="TOKEN").count("TOKEN") == 1
    assert "admin" not in banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True)
