"""Settings: a flag wins over the environment, which wins over the default; nonsense is a sentence."""

import argparse
from pathlib import Path

import pytest

from server.settings.config import ConfigError, Settings, add_flags, settings


def read(*arguments: str, **environment: str) -> Settings:
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS)
    add_flags(parser)
    return settings(parser.parse_args(arguments), environment)


def test_the_default_is_this_computer_alone() -> None:
    chosen = read()
    assert (chosen.host, chosen.port, chosen.device, chosen.public_url) == ("127.0.0.1", 8000, "auto", "")
    assert chosen.data == Path.cwd() / "gnn-live-data"
    assert chosen.loopback
    assert not chosen.exposed
    assert (chosen.open, chosen.admin_token, chosen.embed) == (False, "", ())
    assert (chosen.max_sessions, chosen.max_viewers) == (500, 3000)
    assert (chosen.engines, chosen.keep_days) == (1, 180)


@pytest.mark.parametrize(
    ("flags", "environment", "host"),
    [
        (["--hall"], {}, "0.0.0.0"),
        ([], {"GNN_LIVE_HALL": "1"}, "0.0.0.0"),
        (["--hall", "--host", "10.0.0.7"], {}, "10.0.0.7"),
        ([], {"GNN_LIVE_HALL": "0"}, "127.0.0.1"),
        ([], {"GNN_LIVE_HOST": "::"}, "::"),
        (["--host", "::1"], {"GNN_LIVE_HOST": "::"}, "::1"),
        (["--host", "[::1]"], {}, "::1"),
    ],
)
def test_where_it_listens(flags: list[str], environment: dict[str, str], host: str) -> None:
    chosen = read(*flags, **environment)
    assert chosen.host == host
    assert chosen.loopback == (host in ("127.0.0.1", "::1"))


def test_every_flag_has_an_environment_variable(tmp_path: Path) -> None:
    from_environment = read(
        GNN_LIVE_HOST="10.0.0.7",
        GNN_LIVE_PORT="0",
        GNN_LIVE_DATA=str(tmp_path),
        GNN_LIVE_DEVICE="cuda",
        GNN_LIVE_PUBLIC_URL="https://gnn.example.org/",
        GNN_LIVE_OPEN="1",
        GNN_LIVE_ADMIN_TOKEN="0123456789abcdef",
        GNN_LIVE_EMBED="https://slides.example.org/, http://10.0.0.7:80",
        GNN_LIVE_MAX_SESSIONS="7",
        GNN_LIVE_MAX_VIEWERS="9",
        GNN_LIVE_TLS_CERT=str(tmp_path / "cert.pem"),
        GNN_LIVE_TLS_KEY=str(tmp_path / "key.pem"),
        GNN_LIVE_LOG_FORMAT="json",
        GNN_LIVE_LOG_LEVEL="info",
        GNN_LIVE_ENGINES="4",
        GNN_LIVE_KEEP_DAYS="0",
        GNN_LIVE_COLD="1",
        GNN_LIVE_EXPIRE="1",
    )
    by_flags = read(
        *("--host", "10.0.0.7", "--port", "0", "--data", str(tmp_path), "--device", "cuda"),
        *("--public-url", "https://gnn.example.org", "--open", "--admin-token", "0123456789abcdef"),
        *("--embed", "https://slides.example.org,http://10.0.0.7", "--max-sessions", "7", "--max-viewers", "9"),
        *("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")),
        *("--log-format", "json", "--log-level", "info", "--engines", "4", "--keep-days", "0", "--cold", "--expire"),
        GNN_LIVE_PORT="9",
        GNN_LIVE_DEVICE="cpu",
    )
    assert from_environment == by_flags
    assert by_flags == Settings(
        host="10.0.0.7",
        port=0,
        data=tmp_path,
        device="cuda",
        engines=4,
        cold=True,
        public_url="https://gnn.example.org",
        open=True,
        admin_token="0123456789abcdef",
        embed=("https://slides.example.org", "http://10.0.0.7"),
        max_sessions=7,
        max_viewers=9,
        keep_days=0,
        expire=True,
        tls_cert=tmp_path / "cert.pem",
        tls_key=tmp_path / "key.pem",
        log_format="json",
        log_level="info",
    )


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://GNN.Example.ORG", "https://gnn.example.org"),
        ("HTTPS://gnn.example.org:443/", "https://gnn.example.org"),
        ("http://gnn.example.org:8080", "http://gnn.example.org:8080"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_public_address_is_written_as_browsers_write_it(typed: str, address: str) -> None:
    assert read("--public-url", typed).public_url == address


@pytest.mark.parametrize(
    "typed",
    [
        "https://gnn example.org",
        "https://gnn.example.org:65536",
        "https://gnn.example.org:0",
        "https://gnn.example.org:port",
        "https://[::1",
        "https://[gnn]",
        "https://.example.org",
        "https://" + "a" * 64 + ".example",
        "https://",
    ],
)
def test_what_no_browser_could_open_is_no_public_address(typed: str) -> None:
    with pytest.raises(ConfigError, match="--public-url: expected an address like"):
        read("--public-url", typed)


def test_a_public_address_holds_no_password_and_the_sentence_does_not_repeat_it() -> None:
    with pytest.raises(ConfigError, match="without a name and a password") as caught:
        read("--public-url", "https://ada:geheim@gnn.example.org")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("port", [0, 65_536, 99_999])
def test_ports_that_no_browser_has_are_no_origin(port: int) -> None:
    with pytest.raises(ConfigError, match="--embed"):
        read("--embed", f"https://slides.example.org:{port}")


@pytest.mark.parametrize("flags", [["--host", "0.0.0.0"], ["--hall"], ["--public-url", "https://gnn.example.org"]])
def test_others_can_reach_it_in_a_hall_and_behind_a_proxy(flags: list[str]) -> None:
    assert read(*flags).exposed


@pytest.mark.parametrize(
    ("flags", "environment", "sentence"),
    [
        (["--port", "http"], {}, "--port: expected a number from 0 to 65535, got 'http'"),
        (["--port", "65536"], {}, "got '65536'"),
        (["--port", "-1"], {}, "got '-1'"),
        (["--port", "²"], {}, "expected a number"),
        (["--engines", "0"], {}, "--engines: expected a number from 1 to 64, got '0'"),
        (["--engines", "65"], {}, "got '65'"),
        ([], {"GNN_LIVE_ENGINES": "two"}, "got 'two'"),
        (["--keep-days", "-1"], {}, "--keep-days: expected a number from 0 to 36500, got '-1'"),
        (["--device", "tpu"], {}, "--device: expected auto, cpu or cuda, got 'tpu'"),
        (["--public-url", "gnn.example.org"], {}, "expected an address like"),
        (["--public-url", "ftp://gnn.example.org"], {}, "expected an address like"),
        (["--public-url", "https://gnn.example.org/#key"], {}, "expected an address like"),
        (["--public-url", "https://example.org/gnn"], {}, "without a path"),
        (["--tls-cert", "c.pem"], {}, "--tls-cert: expected --tls-key with it (a certificate and its key), got none"),
        ([], {"GNN_LIVE_TLS_KEY": "k.pem"}, "--tls-key: expected --tls-cert with it"),
        (["--log-format", "xml"], {}, "--log-format: expected text or json, got 'xml'"),
        ([], {"GNN_LIVE_LOG_LEVEL": "loud"}, "--log-level: expected debug, info, warning or error, got 'loud'"),
        ([], {"GNN_LIVE_HALL": "perhaps"}, "GNN_LIVE_HALL: expected 1 or 0, got 'perhaps'"),
        ([], {"GNN_LIVE_PORT": "x"}, "expected a number"),
        ([], {"GNN_LIVE_OPEN": "wide"}, "GNN_LIVE_OPEN: expected 1 or 0, got 'wide'"),
        (["--admin-token", "short"], {}, "--admin-token: expected at least 16 ASCII characters"),
        (["--admin-token", "with a space in between"], {}, "without a space"),
        (["--embed", "slides.example.org"], {}, "--embed: expected origins like"),
        (["--embed", "https://a.example,*"], {}, "got '*'"),
        (["--max-sessions", "0"], {}, "--max-sessions: expected a number from 1 to 100000, got '0'"),
        (["--max-viewers", "many"], {}, "--max-viewers: expected a number from 1 to 100000, got 'many'"),
    ],
)
def test_nonsense_is_a_sentence(flags: list[str], environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match="expected") as caught:
        read(*flags, **environment)
    assert sentence in str(caught.value)
