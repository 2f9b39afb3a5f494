"""Settings: a flag wins over the environment, which wins over the default; nonsense is a sentence."""

import argparse
from pathlib import Path

import pytest

from server.config import ConfigError, Settings, add_flags, settings


def read(*arguments: str, **environment: str) -> Settings:
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS)
    add_flags(parser)
    return settings(parser.parse_args(arguments), environment)


def test_the_default_is_this_computer_alone() -> None:
    chosen = read()
    assert (chosen.host, chosen.port, chosen.device, chosen.public_url) == ("127.0.0.1", 8000, "auto", "")
    assert chosen.data == Path.cwd() / "gnn-live-data"
    assert chosen.loopback


@pytest.mark.parametrize(
    ("flags", "environment", "host"),
    [
        (["--hall"], {}, "0.0.0.0"),
        ([], {"GNN_LIVE_HALL": "1"}, "0.0.0.0"),
        (["--hall", "--host", "10.0.0.7"], {}, "10.0.0.7"),
        ([], {"GNN_LIVE_HALL": "0"}, "127.0.0.1"),
        ([], {"GNN_LIVE_HOST": "::"}, "::"),
        (["--host", "::1"], {"GNN_LIVE_HOST": "::"}, "::1"),
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
        GNN_LIVE_TLS_CERT=str(tmp_path / "cert.pem"),
        GNN_LIVE_TLS_KEY=str(tmp_path / "key.pem"),
        GNN_LIVE_LOG_FORMAT="json",
        GNN_LIVE_LOG_LEVEL="info",
    )
    by_flags = read(
        *("--host", "10.0.0.7", "--port", "0", "--data", str(tmp_path), "--device", "cuda"),
        *("--public-url", "https://gnn.example.org"),
        *("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")),
        *("--log-format", "json", "--log-level", "info"),
        GNN_LIVE_PORT="9",
        GNN_LIVE_DEVICE="cpu",
    )
    assert from_environment == by_flags
    assert by_flags == Settings(
        "10.0.0.7",
        0,
        tmp_path,
        "cuda",
        "https://gnn.example.org",
        tls_cert=tmp_path / "cert.pem",
        tls_key=tmp_path / "key.pem",
        log_format="json",
        log_level="info",
    )


@pytest.mark.parametrize(
    ("flags", "environment", "sentence"),
    [
        (["--port", "http"], {}, "--port: expected a number from 0 to 65535, got 'http'"),
        (["--port", "65536"], {}, "got '65536'"),
        (["--port", "-1"], {}, "got '-1'"),
        (["--port", "²"], {}, "expected a number"),
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
    ],
)
def test_nonsense_is_a_sentence(flags: list[str], environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match="expected") as caught:
        read(*flags, **environment)
    assert sentence in str(caught.value)
