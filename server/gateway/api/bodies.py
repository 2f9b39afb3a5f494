"""The bodies of the HTTP API, each a type of its own: what is decoded, what is answered, what is described."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from server.gateway.defence.admin import Denied
from server.gateway.engine_link import STARTING
from server.protocol.names import LONGEST_TYPED


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /api/sessions`."""

    id: Annotated[str, Meta(min_length=1, max_length=LONGEST_TYPED)]
    """As the instructor types it; what is left of it after folding is the session's ID, what is readable its title."""
    lecture: str | None = None
    """Name of a lecture plan."""


class MadeSession(msgspec.Struct, omit_defaults=True):
    """A new session; its key is told here and never again."""

    id: str
    key: str
    join_url: str
    stage_url: str
    """With the token of the instructor's stages in its fragment; without it a stage is one of a few."""
    control_url: str
    notice: str | None = None
    """What was changed of the title, if anything was."""


class FoundSession(msgspec.Struct):
    """What anybody may know of a session."""

    id: str
    title: str
    lecture: str | None
    join_url: str
    short: str
    """The join address as one reads it aloud."""
    hall: bool
    """Whether anybody but this computer can connect."""


class Problem(msgspec.Struct):
    """Why a request was not carried out."""

    detail: str
    """A sentence: what was expected and what came."""


class UnknownSession(msgspec.Struct):
    """No session has this ID."""

    detail: str
    did_you_mean: str | None
    """The session that was probably meant."""


class Status(msgspec.Struct):
    """A part of the program answers."""

    status: str


def written(value: object, status: int = 200) -> Response:
    """A body as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def problem(status: int, detail: str) -> Response:
    """A refusal, and the sentence that says why."""
    return written(Problem(detail), status)


def denied(refusal: Denied) -> Response:
    """The answer to whom the guard refused."""
    answer = problem(refusal.status, refusal.detail)
    answer.headers.update(refusal.headers)
    return answer


def starting(why: str = STARTING) -> Response:
    """What is answered while no engine is ready."""
    answer = problem(503, why)
    answer.headers["Retry-After"] = "2"
    return answer
