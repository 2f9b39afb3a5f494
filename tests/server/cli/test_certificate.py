"""The program's own https: what is wrong with a certificate is a sentence; what is right serves pages and sockets."""

import asyncio
import ssl
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from server.cli import certificate
from server.settings.config import ConfigError
from tests.server.program import run, started

SILENCE = 6.0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def issued(authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
    """A certificate for this computer and its key, as files."""
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    folder.mkdir(exist_ok=True)
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
    return cert, key


def refusal(cert: Path, key: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        certificate.check(cert, key)
    return str(caught.value)


def test_a_certificate_with_its_key_is_taken(authority: trustme.CA, tmp_path: Path) -> None:
    certificate.check(*issued(authority, tmp_path))


def test_a_file_that_is_not_there_is_named(authority: trustme.CA, tmp_path: Path) -> None:
    cert, key = issued(authority, tmp_path)
    gone = tmp_path / "gone.pem"
    told = "expected a certificate that can be read, got"
    assert refusal(gone, key) == f"--tls-cert: {told} {gone}: No such file or directory"
    assert refusal(cert, tmp_path).startswith("--tls-key: expected a private key that can be read, got")


def test_the_key_of_another_certificate_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    cert, _ = issued(authority, tmp_path)
    _, other = issued(authority, tmp_path / "other")
    assert f"expected the key of the certificate {cert}, got that of another: {other}" in refusal(cert, other)


def test_what_is_no_pem_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    cert, key = issued(authority, tmp_path)
    text = tmp_path / "text.pem"
    text.write_text("no certificate\n")
    assert "expected a certificate chain and its private key as PEM" in refusal(text, key)
    assert "expected a certificate chain and its private key as PEM" in refusal(cert, text)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked(authority: trustme.CA, tmp_path: Path) -> None:
    cert, key = issued(authority, tmp_path)
    opened = load_pem_private_key(key.read_bytes(), None)
    locked = opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    key.write_bytes(locked)
    assert "expected a private key without a password, got one with" in refusal(cert, key)


def test_the_program_says_the_sentence_and_ends(authority: trustme.CA, tmp_path: Path) -> None:
    _, key = issued(authority, tmp_path)
    tls = ("--tls-cert", str(tmp_path / "gone.pem"), "--tls-key", str(key))
    answer = run("--port", "0", "--data", str(tmp_path / "data"), *tls)
    assert answer.returncode == 1
    assert answer.stderr.startswith("gnn-live: --tls-cert: expected a certificate that can be read")
    assert answer.stderr.count("\n") == 1


async def test_pages_links_and_sockets_are_secure(authority: trustme.CA, tmp_path: Path) -> None:
    cert, key = issued(authority, tmp_path)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    flags = ("--tls-cert", str(cert), "--tls-key", str(key))
    async with (
        started(tmp_path / "data", *flags, trust=trust) as program,
        httpx.AsyncClient(trust_env=False, verify=trust) as https,
    ):
        for name in ("join", "stage", "control"):
            link = program.link(name)
            assert link.startswith("https://127.0.0.1:")
            assert (await https.get(link)).status_code == 200
        facts = (await https.get(f"{program.base}/api/sessions/lecture2")).json()
        assert facts["join_url"] == program.link("join")
        assert (await program.key()) == program.link("control").partition("#")[2]
        async with program.browser("student") as student:
            await student.until("welcome")
            assert (await student.until("opened"))["scene"] is None
            for _ in range(2):  # a browser takes a longer silence for a dead socket, and comes back
                async with asyncio.timeout(SILENCE):
                    await student.until("beat")
        plain = program.base.replace("https:", "http:")
        with pytest.raises(httpx.TransportError):
            await https.get(f"{plain}/healthz")
