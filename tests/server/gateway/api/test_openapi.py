"""The description of the API, and a fuzzer that calls a running program by it: no 5xx, nothing it does not allow."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from server.gateway.api import openapi
from server.gateway.defence.admin import Guard
from server.gateway.hub import Timing
from tests.server.house import House, running, small_site

if TYPE_CHECKING:
    from schemathesis.specs.openapi.schemas import OpenApiCase

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 40
PAGES = {"/", "/{typed}", "/{typed}/stage", "/{typed}/control", "/favicon.ico"}
"""What browsers open; programs need no description of it."""
OPERATIONS = sorted((path, method) for path, item in openapi.document()["paths"].items() for method in item)
CALLS = [("open", *operation) for operation in OPERATIONS] + [("with a token", "/api/sessions", "post")]
GUARDS = {"open": Guard(most_sessions=100_000), "with a token": Guard(admin="a token of my own")}


class Served:
    """A gateway with a ready engine on a loop of its own thread, because the fuzzer calls and waits."""

    def __init__(self, data: Path, guard: Guard) -> None:
        self._stop = asyncio.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(data, guard)), daemon=True)
        self._thread.start()
        assert self._begun.wait(30)

    async def _run(self, data: Path, guard: Guard) -> None:
        async with running(data, small_site(data / "static"), Timing(beat=0.05), guard=guard) as house:
            house.engine().ready()
            async with asyncio.timeout(10):
                while not house.gateway.ready:
                    await asyncio.sleep(0.005)
            self.base, self._loop = f"http://127.0.0.1:{house.port}", asyncio.get_running_loop()
            self._begun.set()
            await self._stop.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Address of a program under these rules, started when it is first asked for."""
    programs: dict[str, Served] = {}

    def address(rules: str) -> str:
        if rules not in programs:
            programs[rules] = Served(tmp_path_factory.mktemp("served"), GUARDS[rules])
        return programs[rules].base

    yield address
    for program in programs.values():
        program.close()


@pytest.mark.parametrize(("rules", "path", "method"), CALLS)
def test_a_fuzzer_finds_nothing_that_the_description_does_not_allow(
    served: Callable[[str], str], rules: str, path: str, method: str
) -> None:
    base = served(rules)
    schema = schemathesis.openapi.from_dict(httpx.get(f"{base}/api/openapi.json", trust_env=False).json())
    operation = schema[path][method.upper()]
    answered: set[int] = set()
    modes = [GenerationMode.POSITIVE]
    if method == "post" or "parameters" in openapi.document()["paths"][path][method]:
        modes.append(GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(*(operation.as_strategy(mode) for mode in modes)))
    def call(case: "OpenApiCase") -> None:
        response = case.call(base_url=base)
        answered.add(response.status_code)
        case.validate_response(response, checks=[*CHECKS, *(rejecting if rules == "open" else [])])

    # A path takes any text as an ID and says that there is no such session; a body that is none must be refused.
    rejecting = [negative_data_rejection] if method == "post" else []
    call()
    assert 503 not in answered
    if method == "post":
        assert answered & ({201, 422} if rules == "open" else {401})


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05), guard=Guard(most_sessions=2)) as h:
        yield h


async def test_every_address_of_the_api_is_described_and_nothing_else(house: House) -> None:
    there = {
        (route.path.replace("{typed:typed}", "{typed}"), method.lower())
        for route in house.app.routes
        if isinstance(route, Route) and route.path not in PAGES
        for method in route.methods or ()
    }
    assert there == set(OPERATIONS)


async def test_refusals_are_as_described_while_no_engine_is_there(house: House) -> None:
    """What a fuzzer does not come upon: another origin, another type, a large body, the limit, a starting engine."""
    schema = schemathesis.openapi.from_dict(openapi.document())

    def conforms(answer: httpx.Response, path: str, method: str) -> None:
        assert str(answer.status_code) in openapi.document()["paths"][path][method]["responses"]
        schema[path][method.upper()].validate_response(answer)

    plain = {"Content-Type": "application/json"}
    attempts: list[tuple[dict[str, str], bytes, int]] = [
        ({**plain, "Origin": "http://evil.example"}, b'{"id":"new"}', 403),
        ({"Content-Type": "text/plain"}, b'{"id":"new"}', 415),
        (plain, b'{"id":"%s"}' % (b"x" * 70_000), 413),
        (plain, b'{"id":"lecture2"}', 409),
        (plain, b'{"id":"new","lecture":"none"}', 422),
        (plain, b"[" * 60_000, 422),
        (plain, b'{"id":"new"}', 201),
        (plain, b'{"id":"newer"}', 503),
    ]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as http:
        for headers, body, status in attempts:
            answer = await http.post("/api/sessions", content=body, headers=headers)
            assert answer.status_code == status
            conforms(answer, "/api/sessions", "post")
        for path in ("/api/scenes", "/api/protocol", "/readyz"):
            answer = await http.get(path)
            assert answer.status_code == 503
            conforms(answer, path, "get")
        for wait in ("-1", "31", "nan", "inf", "long"):
            answer = await http.get("/api/scenes", params={"wait": wait})
            assert answer.status_code == 422
            assert "wait" in answer.json()["detail"]
            conforms(answer, "/api/scenes", "get")
