"""What a page weighs: bytes and requests of join page, phone, stage and panel, counted by a real Chromium.

    python -m tests.bench.weight [--scenes canon,rounds] [--no-lecture] [--before]

Bytes are what the browser took from the network for its requests: bodies as they were encoded, and the answers' headers
(`encodedDataLength` of the DevTools protocol). What its caches gave costs nothing and is no request. The websocket's
frames are printed beside it and are in no bar; what the browser sends is not counted.

    join             the join page on a new device
    first view       a new device opens a session whose scene is open, until nothing is asked for any more
    reload           the same page again
    opening          `lecture2` step by step as a lecturer walks it (close, reveal, on); files of the scene that opens

`--before` counts the same of 0.4.0, beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from websockets.sync.client import ClientConnection, connect

from server.protocol.wire import unpack
from tests.bench.before import before
from tests.bench.pairs import Row, progress, report
from tests.bench.running import ROOT
from tests.e2e.conftest import QUIET, browser_path
from tests.server.house import listed_views

SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "stage": {"width": 1920, "height": 1080},
    "panel": {"width": 1366, "height": 768},
}
QUIET_FOR = 1.5
"""Seconds without a request, after which a page has what it needs."""
AHEAD = 6.0
"""Seconds after which a phone has begun to fetch what comes next: it waits up to 3 s, then until it is idle."""
LONGEST = 40.0
JOIN, FIRST, RELOAD = 35_000, 100_000, 5_000
REQUESTS = {"phone": 40, "stage": 45, "panel": None}


@dataclass
class Weight:
    """What one page took from the network since the last look."""

    urls: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    frames: int = 0
    last: float = 0.0

    @property
    def paid(self) -> dict[str, int]:
        """Bytes by address, of what no cache had."""
        return {self.urls[key]: size for key, size in self.sizes.items() if key not in self.cached and size > 0}

    @property
    def bytes(self) -> int:
        """All of them together."""
        return sum(self.paid.values())

    @property
    def requests(self) -> int:
        """How many went to the server."""
        return len(self.paid)


class Meter:
    """Counts what a page takes from the network."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.weight = Weight()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestServedFromCache", lambda event: self.weight.cached.add(event["requestId"]))
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", lambda event: self.weight.open.discard(event["requestId"]))
        session.on("Network.webSocketFrameReceived", self._frame)
        session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self.weight.urls[event["requestId"]] = event["request"]["url"]
        self.weight.open.add(event["requestId"])
        self.weight.last = time.monotonic()

    def _received(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache") or event["response"].get("fromPrefetchCache"):
            self.weight.cached.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.weight.urls:
            self.weight.sizes[event["requestId"]] = int(event["encodedDataLength"])
            self.weight.open.discard(event["requestId"])
            self.weight.last = time.monotonic()

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        self.weight.frames += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload)

    def settled(self, least: float = 0.0) -> Weight:
        """What came until the page was quiet, at least so many seconds from now; a new count begins."""
        began = time.monotonic()
        while (now := time.monotonic()) < began + LONGEST:
            if now >= began + max(least, QUIET_FOR) and not self.weight.open and now >= self.weight.last + QUIET_FOR:
                break
            self.page.wait_for_timeout(100)
        found, self.weight = self.weight, Weight()
        return found


class Teacher:
    """The instructor, on a socket of its own."""

    def __init__(self, held: ExitStack, home: str, control: str) -> None:
        version = json.load(urllib.request.urlopen(f"{home}api/protocol"))["version"]
        address, key = control.split("#")
        session = address.split("/")[-2]
        line = connect(f"{home.replace('http', 'ws')}ws/{session}", proxy=None, max_size=None, max_queue=None)
        self._socket: ClientConnection = held.enter_context(line)
        self._number = 0
        self.frames: dict[str, dict[str, Any]] = {}
        self._say(t="hello", version=version, role="instructor", key=key, nonce="bench")
        self.look()

    def say(self, **command: object) -> None:
        """Send a command, and take in what it changed."""
        self._number += 1
        self._say(**command, id=self._number)
        self.look()

    def until(self, kind: str, **fields: object) -> None:
        """Wait for a frame that says this."""
        for _ in range(60):
            if fields.items() <= self.frames.get(kind, {}).items():
                return
            self.look()
        raise RuntimeError(f"expected {kind} {fields}, got {self.frames.get(kind)}")

    def _say(self, **message: object) -> None:
        self._socket.send(json.dumps(message))

    def look(self) -> None:
        """Take in frames until none has come for a moment."""
        while True:
            try:
                data = self._socket.recv(timeout=0.7)
            except TimeoutError:
                return
            assert isinstance(data, bytes)
            frame = unpack(data)
            if frame["t"] != "beat":
                self.frames[str(frame["t"])] = frame


@dataclass
class Site:
    """A running program, a browser, and the instructor."""

    links: dict[str, str]
    browser: Browser
    teacher: Teacher

    @property
    def home(self) -> str:
        """The join page."""
        return self.links["join"].rsplit("/", 1)[0] + "/"

    @contextmanager
    def device(self, kind: str) -> Iterator[Page]:
        """A page of a new device, with empty caches."""
        context = self.browser.new_context(viewport=SIZES[kind], is_mobile=kind == "phone", has_touch=kind == "phone")
        yield context.new_page()
        context.close()

    def address(self, kind: str) -> str:
        """Where a device of this kind goes."""
        return {"phone": self.links["join"], "stage": self.links["stage"], "panel": self.links["control"]}[kind]


@contextmanager
def program(root: Path) -> Iterator[dict[str, str]]:
    """The program of a checkout with fresh data, ready, and the links that it printed."""
    with tempfile.TemporaryDirectory() as data:
        words = [sys.executable, "-m", "server", "--cold", "--port", "0", "--data", data]
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
        running = subprocess.Popen(words, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        links: dict[str, str] = {}
        for line in running.stdout:
            found = re.match(r"\s+(join|stage|control)\s+(http\S+)", line)
            if found:
                links[found[1]] = found[2]
            if "Ctrl-C" in line:
                break
        while not _ready(links["join"].rsplit("/", 1)[0] + "/readyz"):
            time.sleep(0.5)
        yield links
        running.terminate()
        running.wait(20)
        running.stdout.close()


def _ready(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(address).status == 200)
    except urllib.error.HTTPError:
        return False


def join(site: Site) -> Weight:
    """The join page."""
    with site.device("phone") as page:
        meter = Meter(page)
        page.goto(site.home)
        return meter.settled()


def views(site: Site, kind: str, scene: str) -> tuple[Weight, Weight]:
    """The first view of a scene on a new device, and the reload."""
    site.teacher.say(t="open", scene=scene)
    site.teacher.until("opened", scene=scene)
    with site.device(kind) as page:
        meter = Meter(page)
        page.goto(site.address(kind))
        first = meter.settled(3)
        page.reload()
        return first, meter.settled(3)


def openings(site: Site) -> list[tuple[int, str, str, list[str]]]:
    """(step, scene, kind of page, files of the scene that were asked for as it opened), through the whole plan."""
    teacher = site.teacher
    teacher.say(t="open", scene=None)
    steps = teacher.frames["plan"]["steps"]
    with ExitStack() as held:
        meters: dict[str, Meter] = {}
        for kind in ("phone", "stage"):
            page = held.enter_context(site.device(kind))
            meters[kind] = Meter(page)
            page.goto(site.address(kind))
            meters[kind].settled(2)
        found = []
        for number, step in enumerate(steps):
            teacher.say(t="step", to=number)
            teacher.until("place", step=number)
            for kind, meter in meters.items():
                asked = meter.settled(1)
                scene = step["scene"]
                if scene is not None:
                    needed = _files(site, kind, scene)
                    own = [url for url in asked.paid if any(part in url for part in needed)]
                    found.append((number, scene, kind, own))
            if teacher.frames["question"]["phase"] == "open":
                teacher.say(t="vote", to="closed")
                if teacher.frames["question"]["question"]["kind"] != "text":
                    teacher.say(t="vote", to="revealed")
            for kind, meter in meters.items():
                meter.settled(AHEAD if kind == "phone" else 0)
        return found


def _files(site: Site, kind: str, scene: str) -> list[str]:
    """What the addresses of a scene's files end in, and where its entry and formulas lie."""
    text = urllib.request.urlopen(site.address(kind)).read().decode()
    return [f"/api/scenes/{scene}/", *(f"/{path}" for paths in listed_views(text)[scene].values() for path in paths)]


def counted(site: Site, scenes: list[str], name: str) -> dict[str, list[float]]:
    """Every scene on every kind of device."""
    found: dict[str, list[float]] = {}
    first_page = join(site)
    progress(f"{name} join: {first_page.bytes:,} B in {first_page.requests} requests")
    found["join"] = [first_page.bytes]
    for scene in scenes:
        words = []
        for kind in SIZES:
            first, again = views(site, kind, scene)
            found.setdefault(f"{kind} bytes", []).append(first.bytes)
            found.setdefault(f"{kind} requests", []).append(first.requests)
            found.setdefault(f"{kind} reload", []).append(again.bytes)
            words.append(
                f"{kind} {first.bytes / 1000:.1f} kB, {first.requests} requests, frames {first.frames / 1000:.1f} kB, "
                f"reload {again.bytes / 1000:.1f} kB in {again.requests}"
            )
        progress(f"{name} {scene:12} " + "; ".join(words))
    return found


def rows_of(found: dict[str, list[float]]) -> list[Row]:
    """The figures with their bars: those of join page and phones, and a reload's everywhere."""

    def row(what: str, key: str, unit: str, bar: float | None) -> Row:
        return Row(what, tuple(found[key]), unit, bar=bar, always=True)

    rows = [
        Row("join page", tuple(found["join"]) * 7, "B", bar=JOIN, always=True),
        row("phone, first view with a scene", "phone bytes", "B", FIRST),
        row("phone, requests of it", "phone requests", "", REQUESTS["phone"]),
    ]
    for kind in ("stage", "panel"):
        rows.append(row(f"{kind}, first view with a scene", f"{kind} bytes", "B", None))
        rows.append(row(f"{kind}, requests of it", f"{kind} requests", "", REQUESTS[kind]))
    return rows + [row(f"{kind}, reload", f"{kind} reload", "B", RELOAD) for kind in SIZES]


def main() -> int:
    """Count, and print the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", default="", help="only these, with commas")
    parser.add_argument("--no-lecture", action="store_true", help="do not walk through lecture2")
    parser.add_argument("--before", action="store_true", help="count 0.4.0 too")
    parser.add_argument("--rows", type=Path, help="write the figures here too, as JSON")
    chosen = parser.parse_args()
    with ExitStack() as held:
        playwright = held.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        held.callback(browser.close)

        def site(root: Path) -> Site:
            links = held.enter_context(program(root))
            return Site(links, browser, Teacher(held, links["join"].rsplit("/", 1)[0] + "/", links["control"]))

        ours = site(ROOT)
        everything = json.load(urllib.request.urlopen(f"{ours.home}api/scenes"))["scenes"]
        scenes = chosen.scenes.split(",") if chosen.scenes else list(everything)
        rows = rows_of(counted(ours, scenes, "now"))
        if not chosen.no_lecture:
            opened = openings(ours)
            for number, scene, kind, files in opened:
                progress(f"step {number + 1} {scene} on the {kind}: {len(files)} requests {files or ''}")
            # The first scene of the plan opens after a slide; who walks the plan has it by then.
            rows.append(
                Row(
                    "files asked for as a planned scene opens",
                    tuple(len(a) for *_, a in opened),
                    "",
                    bar=0,
                    always=True,
                )
            )
        if chosen.before:
            old = rows_of(counted(site(held.enter_context(before())), scenes, "0.4.0"))
            rows += [Row(f"0.4.0: {row.what}", row.values, row.unit, always=True) for row in old]
        return report(chosen, rows, ["bodies as encoded and headers of answers, caches empty at the first view"])


if __name__ == "__main__":
    sys.exit(main())
