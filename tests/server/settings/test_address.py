"""Where browsers reach the program, for every way of starting it."""

import ipaddress
from dataclasses import replace
from pathlib import Path

import pytest

from server.settings.address import Reach, lan_address, publish, published, reach
from server.settings.config import Settings

SECURE = Settings(tls_cert=Path("/cert.pem"), tls_key=Path("/key.pem"))


@pytest.mark.parametrize(
    ("settings", "phones", "here", "hall"),
    [
        (Settings(), "http://127.0.0.1:81", "http://127.0.0.1:81", False),
        (Settings(host="localhost"), "http://localhost:81", "http://localhost:81", False),
        (Settings(host="::1"), "http://[::1]:81", "http://[::1]:81", False),
        (Settings(host="10.0.0.7"), "http://10.0.0.7:81", "http://10.0.0.7:81", True),
        (SECURE, "https://127.0.0.1:81", "https://127.0.0.1:81", False),
        (replace(SECURE, host="10.0.0.7"), "https://10.0.0.7:81", "https://10.0.0.7:81", True),
        (
            replace(SECURE, public_url="http://gnn.example.org"),
            "http://gnn.example.org",
            "http://gnn.example.org",
            True,
        ),
        (Settings(public_url="https://gnn.example.org"), "https://gnn.example.org", "https://gnn.example.org", True),
    ],
)
def test_the_addresses_follow_the_settings(settings: Settings, phones: str, here: str, hall: bool) -> None:
    assert reach(settings, 81) == Reach(phones, here, hall)


def test_the_hall_gets_an_address_that_phones_can_open_and_the_lecturer_loopback() -> None:
    found = reach(Settings(host="0.0.0.0"), 81)
    lan = lan_address()
    assert found.here == "http://127.0.0.1:81"
    assert found.hall == (lan is not None)
    assert found.phones == f"http://{lan or '127.0.0.1'}:81"
    assert reach(replace(SECURE, host="0.0.0.0"), 81).phones == f"https://{lan or '127.0.0.1'}:81"
    assert lan is None or not ipaddress.ip_address(lan).is_loopback


def test_the_links_of_a_session() -> None:
    found = Reach("https://gnn.example.org", "http://127.0.0.1:81", hall=True)
    assert found.join("lecture2") == "https://gnn.example.org/lecture2"
    assert found.join("лекция") == "https://gnn.example.org/%D0%BB%D0%B5%D0%BA%D1%86%D0%B8%D1%8F"
    assert found.short("лекция") == "gnn.example.org/лекция"
    assert found.stage("lecture2") == "http://127.0.0.1:81/lecture2/stage"
    assert found.control("lecture2", "KEY") == "http://127.0.0.1:81/lecture2/control#KEY"


def test_another_command_learns_how_the_program_is_reached(tmp_path: Path) -> None:
    assert published(tmp_path) is None
    found = Reach("https://gnn.example.org", "http://127.0.0.1:81", hall=True)
    publish(tmp_path, found)
    assert published(tmp_path) == found
    (tmp_path / "address.json").write_bytes(b"torn")
    assert published(tmp_path) is None
