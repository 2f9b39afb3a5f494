"""What the commands do: serve gateway and engine, make a session, say its links again."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from server.cli import certificate, terminal
from server.disk import archive, damage, database, keys, plans, transfer
from server.disk.directory import InUse
from server.disk.keys import Keys
from server.disk.store import Lock, Registry, Session, Taken
from server.gateway.app import LONGEST_TITLE, create_app
from server.gateway.defence import admission, descriptors
from server.gateway.defence.admin import Guard
from server.gateway.defence.limits import Census, limited
from server.gateway.defence.origin import Origins
from server.gateway.direct import DirectProtocol, hold_little_back
from server.gateway.engines import PROGRAM, EngineProcess
from server.gateway.hub import Gateway, Limits, Timing
from server.gateway.places import MOST_SEATS
from server.protocol import names
from server.protocol.text import tidied
from server.settings import address, logs
from server.settings.address import Reach, reach
from server.settings.config import EVERYWHERE, Settings

DEFAULT_SESSION = "lecture2"
LARGEST_MESSAGE = 2**20
"""Up to here the gateway answers a message that is too large with a sentence; beyond, the socket is only closed."""
BACKLOG = 4096
PING = 10.0
"""Seconds between two pings, and for the answer: a phone that sleeps is let go after so long, and comes back awake."""
PATIENCE = 3.0
"""Seconds to wait for a gnn-live that is just stopping to give its directory back."""
RARELY = (20_000, 20, 50)
"""Thresholds of the garbage collector: a viewer is hundreds of objects that stay as long as it does."""
LONGEST_DRAIN = 4.0
"""Seconds in which a drain is over, whatever happens: it bounds itself by three."""

log = logging.getLogger("gnn_live.program")


class ProgramError(Exception):
    """Something outside keeps a command from being done; the sentence says what."""


def serve(
    settings: Settings, say: Callable[[str], None], program: Sequence[str] = PROGRAM, timing: Timing | None = None
) -> None:
    """Run gateway and engines until SIGINT or SIGTERM; `say` gets the links once the pages answer.

    `program` are the words behind the interpreter that start an engine.

    Raises:
        StoreError: the data directory cannot be written, or another program uses it.
        SecretError: the secret file cannot be used.
        ConfigError: the certificate cannot be used.
        ProgramError: the port is taken, the address is not this computer's, or nothing can be served any more.
    """
    if settings.tls_cert and settings.tls_key:
        certificate.check(settings.tls_cert, settings.tls_key)
    with ExitStack() as held:
        held.callback(Lock(settings.data, patience=PATIENCE).release)
        _looked_after(settings)
        registry = held.enter_context(Registry(settings.data))
        listener = held.enter_context(_listening(settings))
        port = int(listener.getsockname()[1])
        found = partial(reach, settings, port)
        census = Census(descriptors.now())
        viewers = settings.max_viewers
        limits = Limits(viewers=viewers, seats=max(MOST_SEATS, 4 * viewers), together=census.files.viewers)
        gateway = Gateway(
            registry, keys.load(settings.data), timing or Timing(), limits=limits, engines=settings.engines
        )
        session = _default_session(registry)
        engines = [EngineProcess(settings, number, program) for number in range(settings.engines)]
        app = create_app(gateway, found, engines, guard=guard(settings, gateway.keys))
        scarce = descriptors.shortage(census.files, settings.max_viewers)
        if scarce:
            log.warning("%s", scarce)
        announce = partial(_announce, settings, gateway, session, found, say)
        server = _Server(_uvicorn(app, settings, census), announce, gateway.drain)
        gateway.supervisor.end = server.stop
        # What is loaded now stays; collections in between would look at a hall of viewers again and again.
        gc.freeze()
        gc.set_threshold(*RARELY)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            log.debug("stopped by Ctrl-C")
        if gateway.supervisor.verdict is not None:
            raise ProgramError(f"the program ended: {gateway.supervisor.verdict}")


def guard(settings: Settings, known: Keys) -> Guard:
    """Whose pages this program answers, and what making a session needs."""
    origins = Origins(settings.public_url, settings.embed, alone=not settings.exposed, host=settings.host)
    needed = settings.exposed and not settings.open
    return Guard(origins, (settings.admin_token or known.admin()) if needed else "", settings.max_sessions)


def _looked_after(settings: Settings) -> None:
    """Before anybody has the database open: a damaged one is set aside, and what nobody used for long expires."""
    damage.repair(settings.data, always=(DEFAULT_SESSION,))
    database.check_writable(settings.data)
    if settings.keep_days:
        now = time.time()
        before = now - settings.keep_days * archive.DAY
        doubt = "" if settings.expire else archive.doubt(settings.data, before, now)
        if doubt:
            log.warning("%s", doubt)
        else:
            archive.expire(settings.data, before, always=(DEFAULT_SESSION,))


def new(settings: Settings, typed: str, lecture: str | None) -> str:
    """Make a session beside a program that may be running; returns its links.

    Raises:
        BadName: no session can have this ID.
        ProgramError: a session has it already, or there is no such lecture plan.
    """
    identity = names.canonical(typed)
    if lecture is not None and lecture not in plans.names():
        raise ProgramError(f"expected one of the lecture plans {', '.join(plans.names())}, got {lecture!r}")
    with Registry(settings.data) as registry:
        try:
            session = registry.create(identity, tidied(typed, LONGEST_TITLE).text, lecture, time.time())
        except Taken as error:
            raise ProgramError(f"expected a new session ID, but there is a session {identity} already") from error
    return _links(settings, session)


def link(settings: Settings, typed: str) -> str:
    """The links of a session again, the instructor's with its key.

    Raises:
        ProgramError: there is no such session.
    """
    with Registry(settings.data) as registry:
        try:
            session = admission.find(registry, typed)
        except admission.NoSession as unknown:
            raise ProgramError(str(unknown)) from unknown
    return _links(settings, session)


def export(settings: Settings, typed: str, file: Path) -> str:
    """Write a session's log into a file of its own, also while it is played; returns what was written.

    Raises:
        ProgramError: there is no such session.
        StoreError: there is such a file, or it cannot be written.
    """
    with Registry(settings.data) as registry:
        try:
            session = admission.find(registry, typed)
        except admission.NoSession as unknown:
            raise ProgramError(str(unknown)) from unknown
        entries = archive.export(settings.data, session.id, file)
    return f"{session.id}: {entries} entries in {file}; gnn-live replay {file} plays them again"


def bring(settings: Settings, file: Path, wanted: str | None = None) -> str:
    """Bring a session back from an export, also while the program runs; returns its links.

    Raises:
        StoreError: the file is no export, or there is such a session already.
    """
    beside_program = False
    with ExitStack() as held:
        try:
            held.callback(Lock(settings.data).release)
        except InUse:
            beside_program = True
        session, entries = transfer.bring(settings.data, file, wanted, beside_program=beside_program)
    return f"{session.id}: {entries} entries from {file}\n{_links(settings, session)}"


def _links(settings: Settings, session: Session) -> str:
    known: Keys = keys.load(settings.data)
    found = address.published(settings.data) or reach(settings, settings.port)
    which = session.id, session.key_generation
    return terminal.links(session.title, session.id, known.key(*which), known.stage(*which), found)


def _default_session(registry: Registry) -> Session:
    """The session that is there on a fresh start, with its lecture plan."""
    session = registry.find(DEFAULT_SESSION)
    if session is not None:
        return session
    wanted = DEFAULT_SESSION if DEFAULT_SESSION in plans.names() else None
    return registry.create(DEFAULT_SESSION, DEFAULT_SESSION, wanted, time.time())


def _listening(settings: Settings) -> socket.socket:
    """The socket that browsers connect to; bound first, so that a taken port is a sentence."""
    where = f"{settings.host} port {settings.port}"
    try:
        places = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # A name that has both: 127.0.0.1 and ::1 are one computer, and links say the first.
        family, kind, _, _, place = min(places, key=lambda found: found[0] != socket.AF_INET)
        listener = socket.socket(family, kind)
    except (OSError, UnicodeError) as error:
        told = f"expected an address of this computer to listen on, got {where}: {error}"
        raise ProgramError(told) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, settings.host != "::")
        listener.bind(place)
        hold_little_back(listener)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            told = f"{where} is taken by another program: stop it, or choose --port 0 for a free port"
        else:
            told = f"expected an address of this computer to listen on, got {where}: {error.strerror or error}"
        raise ProgramError(told) from error
    return listener


def _uvicorn(app: FastAPI, settings: Settings, census: Census) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="server.gateway.defence.limits:Loop",
        http=limited(census),
        ws=DirectProtocol,
        ws_per_message_deflate=False,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        ws_max_size=LARGEST_MESSAGE,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        log_config=None,  # its loggers pass on to ours
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=3,
    )


class _Server(uvicorn.Server):
    """A server that tells when it has started, and drains before it closes the sockets."""

    def __init__(
        self, config: uvicorn.Config, started: Callable[[], None], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._tell = started
        self._drain = drain

    def stop(self) -> None:
        """End, as after a signal."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was begun, and then close; a drain that hangs or fails does not keep the program from ending."""
        began = time.monotonic()
        log.info("the program stops: what was begun is finished first")
        try:
            await asyncio.wait_for(self._drain(), LONGEST_DRAIN)
            log.info("drained", extra={"seconds": round(time.monotonic() - began, 3)})
        except TimeoutError:
            log.warning("the program stops before all was drained", extra={"seconds": LONGEST_DRAIN})
        finally:
            await super().shutdown(sockets)


def _announce(
    settings: Settings, gateway: Gateway, session: Session, found: Callable[[], Reach], say: Callable[[str], None]
) -> None:
    now = found()
    address.publish(Path(settings.data), now)
    if settings.log_format == "json":
        # What machines collect holds no key: a person asks for it.
        links = {"join": now.join(session.id), "stage": now.stage(session.id)}
        say(logs.line({"message": "serving", **links, "control": f"printed by: gnn-live link {session.id}"}))
        return
    which = session.id, session.key_generation
    key, stage = gateway.keys.key(*which), gateway.keys.stage(*which)
    everywhere = settings.host in (EVERYWHERE, "::")
    # A token that was set is known to whoever set it.
    admin = "" if settings.admin_token else guard(settings, gateway.keys).admin
    say(terminal.banner(f"session {session.title}", session.id, key, stage, now, everywhere, admin))
