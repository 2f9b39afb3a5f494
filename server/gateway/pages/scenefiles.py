"""What the gateway serves of an engine's catalogue, each address packed once.

    /api/scenes                             all of it, for other clients; asked for each time
    /api/scenes/index                       titles, summaries and digests
    /api/scenes/NAME/DIGEST                 one scene's entry, for ever
    /api/scenes/NAME/DIGEST/FORMULA.svg     one of its formulas, for ever

An earlier digest leads to the present one: a page that stayed open over an update shows what there is now.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from server.gateway.api.bodies import problem, starting
from server.gateway.api.openapi import LONGEST_WAIT
from server.gateway.hub import Gateway
from server.gateway.pages.representation import ASK, FOREVER, Representation
from server.pipe.bus import Catalogue, Part

JSON = "application/json"
SVG = "image/svg+xml"
WaitSeconds = Annotated[float, Query(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)]


class SceneFiles:
    """The documents of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.scenes = Representation(catalogue.scenes, JSON)
        self.protocol = Representation(catalogue.protocol, JSON)
        self.index = Representation(catalogue.index, JSON)
        self._parts = {part.name: part for part in catalogue.parts}
        self._made: dict[tuple[str, str | None], Representation] = {}

    def digest(self, name: str) -> str:
        """The present digest of a scene.

        Raises:
            KeyError: there is no such scene.
        """
        return self._parts[name].digest

    def part(self, name: str, formula: str | None = None) -> Representation:
        """The entry of a scene, or one of its formulas.

        Raises:
            KeyError: there is no such scene, or it has no such formula.
        """
        made = self._made.get((name, formula))
        if made is None:
            made = _represented(self._parts[name], formula)
            self._made[name, formula] = made
        return made


def address(name: str, digest: str, formula: str | None = None) -> str:
    """Where a scene's entry lies, or one of its formulas."""
    entry = f"/api/scenes/{quote(name, safe='')}/{digest}"
    return entry if formula is None else f"{entry}/{quote(formula, safe='')}.svg"


def _represented(part: Part, formula: str | None) -> Representation:
    if formula is None:
        return Representation(part.entry, JSON)
    return Representation(part.formulas[formula], SVG)


class SceneSite:
    """The handlers of what an engine told of its scenes and messages."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._catalogue: Catalogue | None = None
        self._known: SceneFiles | None = None

    async def scenes(self, request: Request, wait: WaitSeconds = 0.0) -> Response:
        """Every scene with the JSON Schema of its parameters and actions; `wait` seconds for an engine that starts."""
        files = await self._files(wait)
        return starting() if files is None else files.scenes.answer(request.headers, ASK)

    async def index(self, request: Request, wait: WaitSeconds = 0.0) -> Response:
        """Title, summary and digest of every scene."""
        files = await self._files(wait)
        return starting() if files is None else files.index.answer(request.headers, ASK)

    async def entry(self, request: Request, name: str, digest: str) -> Response:
        """One scene's entry, under its digest for ever."""
        return await self._part(request, name, digest, None)

    async def formula(self, request: Request, name: str, digest: str, formula: str) -> Response:
        """One of a scene's formulas, under the scene's digest for ever."""
        return await self._part(request, name, digest, formula)

    async def _part(self, request: Request, name: str, digest: str, formula: str | None) -> Response:
        files = await self._files(0)
        if files is None:
            return starting()
        try:
            part, present = files.part(name, formula), files.digest(name)
        except KeyError:
            what = f"formula {formula[:60]!r} of it" if formula is not None else "other scene of this name"
            return problem(404, f"expected a scene that is here, got {name[:60]!r}; there is no {what}")
        if digest != present:
            return RedirectResponse(address(name, present, formula), 307, {"Cache-Control": ASK})
        return part.answer(request.headers, FOREVER)

    async def _files(self, wait: float) -> SceneFiles | None:
        """What the engine last told of its scenes; None while there was none yet."""
        catalogue = await self._gateway.catalogue_within(wait)
        if catalogue is not None and catalogue is not self._catalogue:
            self._catalogue, self._known = catalogue, SceneFiles(catalogue)
        return self._known

    async def protocol(self, request: Request) -> Response:
        """JSON Schema of every command and frame."""
        files = await self._files(0)
        return starting() if files is None else files.protocol.answer(request.headers, ASK)
