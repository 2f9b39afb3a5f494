"""`GET /api/openapi.json`: the HTTP API as an OpenAPI 3.1 document, made from the types of its bodies.

The websocket's messages are not HTTP and are described by `GET /api/protocol`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from server.gateway.api import bodies
from server.protocol.names import LONGEST_TYPED

JsonValue = dict[str, Any]
VERSION = "1"
LONGEST_WAIT = 30.0
_BODIES = (
    bodies.NewSession,
    bodies.MadeSession,
    bodies.FoundSession,
    bodies.Problem,
    bodies.UnknownSession,
    bodies.Status,
)
_OBJECT: JsonValue = {"type": "object"}
_ID: JsonValue = {
    "name": "typed",
    "in": "path",
    "required": True,
    "description": "A session ID as anybody types it: case, spaces and punctuation do not matter.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_TYPED},
}
_WAIT: JsonValue = {
    "name": "wait",
    "in": "query",
    "description": "Seconds to wait for an engine that is starting.",
    "schema": {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
}
_RETRY: JsonValue = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
_CHALLENGE: JsonValue = {"WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}}}


def document() -> JsonValue:
    """The description of every address that programs may use."""
    _, components = msgspec.json.schema_components(_BODIES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gnn-live",
            "version": VERSION,
            "description": "Sessions and scenes of a live lecture; what happens in a session goes over its websocket.",
        },
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {"admin": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> JsonValue:
    starting = _answer("The engine that runs the models is starting.", bodies.Problem, headers=_RETRY)
    return {
        "/api/sessions": {"post": _creation()},
        "/api/sessions/{typed}": _read(
            "What anybody may know of a session.",
            {
                "200": _answer("The session.", bodies.FoundSession),
                "404": _answer("No session has this ID.", bodies.UnknownSession),
            },
            _ID,
        ),
        "/api/scenes": _read(
            "Every scene with the JSON Schema of its parameters and actions.",
            {
                "200": _answer("The scenes.", _OBJECT),
                "422": _answer("The wait is no number, or out of range.", bodies.Problem),
                "503": starting,
            },
            _WAIT,
        ),
        "/api/scenes/index": _read(
            "Every scene's title, summary and digest.",
            {
                "200": _answer("The scenes.", _OBJECT),
                "422": _answer("The wait is no number, or out of range.", bodies.Problem),
                "503": starting,
            },
            _WAIT,
        ),
        "/api/scenes/{name}/{digest}": _read(
            "One scene's entry; under its digest it never changes.",
            _part({"application/json": {"schema": _OBJECT}}, starting),
            _in_path("name", "A scene."),
            _in_path("digest", "The scene's digest; an earlier one leads to the present."),
        ),
        "/api/scenes/{name}/{digest}/{formula}.svg": _read(
            "One of a scene's formulas.",
            _part({"image/svg+xml": {"schema": {"type": "string"}}}, starting),
            _in_path("name", "A scene."),
            _in_path("digest", "The scene's digest."),
            _in_path("formula", "The formula's name in the entry."),
        ),
        "/api/protocol": _read(
            "JSON Schema of every command and frame.", {"200": _answer("The messages.", _OBJECT), "503": starting}
        ),
        "/api/openapi.json": _read("This document.", {"200": _answer("The description.", _OBJECT)}),
        "/healthz": _read("Whether this process answers.", {"200": _answer("It does.", bodies.Status)}),
        "/readyz": _read(
            "Whether the engine answers too.", {"200": _answer("It does.", bodies.Status), "503": starting}
        ),
        "/metrics": _read("Counters of gateway and engines, as Prometheus reads them.", _numbers()),
        "/{typed}/qr.svg": _read("QR code of the join address.", _drawing(), _ID),
    }


def _creation() -> JsonValue:
    return {
        "summary": "Make a session; the answer holds the instructor's key.",
        "description": "Beyond this computer the admin token is needed, unless the program is open.",
        "security": [{}, {"admin": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(bodies.NewSession)}}},
        "responses": {
            "201": _answer("The session was made.", bodies.MadeSession),
            "401": _answer("The admin token is missing or another.", bodies.Problem, headers=_CHALLENGE),
            "403": _answer("A page of another server speaks.", bodies.Problem),
            "409": _answer("There is a session of this ID.", bodies.Problem),
            "413": _answer("The body is too large.", bodies.Problem),
            "415": _answer("The body is not declared as JSON.", bodies.Problem),
            "422": _answer("No session can be made of this body.", bodies.Problem),
            "503": _answer("The disk is full, or there are as many sessions as there may be.", bodies.Problem),
        },
    }


def _read(summary: str, responses: JsonValue, *parameters: JsonValue) -> JsonValue:
    """A path that is only read."""
    said: JsonValue = {"summary": summary, "responses": responses}
    if parameters:
        said["parameters"] = list(parameters)
    # An answer to HEAD has the same status and no body.
    bare = {status: {k: v for k, v in answer.items() if k != "content"} for status, answer in responses.items()}
    return {"get": said, "head": {**said, "responses": bare}}


def _part(content: JsonValue, starting: JsonValue) -> JsonValue:
    return {
        "200": {"description": "It.", "content": content},
        "307": {"description": "The digest is an earlier one."},
        "404": _answer("No such scene, or no such formula.", bodies.Problem),
        "503": starting,
    }


def _in_path(name: str, words: str) -> JsonValue:
    return {"name": name, "in": "path", "required": True, "description": words, "schema": {"type": "string"}}


def _drawing() -> JsonValue:
    missing = _answer("No session has this ID.", bodies.Problem)
    missing["content"]["text/html"] = {"schema": {"type": "string"}}
    drawing = {"description": "The code.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
    return {"200": drawing, "404": missing}


def _numbers() -> JsonValue:
    told = {"description": "The numbers.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return {"200": told}


def _answer(words: str, body: type[msgspec.Struct] | JsonValue, headers: JsonValue | None = None) -> JsonValue:
    schema = body if isinstance(body, dict) else _schema(body)
    answer: JsonValue = {"description": words, "content": {"application/json": {"schema": schema}}}
    return {**answer, "headers": headers} if headers else answer


def _schema(body: type[msgspec.Struct]) -> dict[Literal["$ref"], str]:
    return {"$ref": f"#/components/schemas/{body.__name__}"}
