"""The process of an engine: torch and the scenes are loaded here, then it serves until its pipe ends."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import ExitStack
from pathlib import Path

from server.disk.store import Lock, Log, StoreError
from server.engine import catalogue, compute, machine, warmth
from server.engine.discovery import scenes
from server.engine.jobs.workers import Workers
from server.engine.loop import EngineLoop
from server.engine.poison import Attempts
from server.pipe.bus import Catalogue, EnginePipe, PipeClosed
from server.room import device, jobs
from server.room.state import Scenes
from server.settings.config import NO_DEVICE, DeviceChoice

PATIENCE = 30.0
"""Seconds that a new engine waits for the last one to finish its step."""

log = logging.getLogger("gnn_live.launch")


def main(fd: int, data: Path, wanted: DeviceChoice, number: int, *, cold: bool, workers: Workers) -> int:
    """The process of the engine: torch and the scenes are loaded here, then it serves until its pipe ends."""
    began = time.monotonic()
    try:
        compute.prepare(wanted)
    except compute.NoDeviceError as error:
        workers.close()
        log.error("%s", error)
        return NO_DEVICE
    known = scenes()
    warmth.load(known)
    log.info("the engine has loaded %d scenes on %s in %.2f s", len(known), device.device(), time.monotonic() - began)
    return serve(fd, data, known, number, cold=cold, workers=workers)


def serve(
    fd: int, data: Path, known: Scenes, number: int = 0, *, cold: bool = False, workers: Workers | None = None
) -> int:
    """Serve these scenes as the engine of this number until the pipe ends; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ExitStack() as held:
        workers = workers or Workers()
        held.callback(workers.close)
        pipe = EnginePipe(fd)
        held.callback(pipe.close)
        try:
            held.callback(Lock(data, f"engine-{number}", PATIENCE).release)
            store = held.enter_context(Log(data))
        except StoreError as error:
            log.error("%s", error)
            return 1
        generation = store.generation()
        attempts = Attempts(data, store, number)
        held.callback(attempts.close)
        try:
            jobs.use(workers)
            computes = machine.measured()
            pipe.send(
                Catalogue(
                    catalogue.scenes_body(known),
                    catalogue.protocol_body(known),
                    device.device(),
                    generation,
                    computes.name,
                    computes.speed,
                    catalogue.index_body(known),
                    catalogue.parts(known),
                    catalogue.largest(known),
                )
            )
            if not cold:
                workers.start()
            EngineLoop(pipe, store, attempts, known, generation, warm=not cold).run()
        except PipeClosed:
            log.info("the gateway went away before the engine was ready")
    return 0
