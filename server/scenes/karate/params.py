"""What an instructor may set in `karate`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.room.scene import Params

NAMES = {"gcn": "GCN", "algorithm 4": "Algorithm 4"}


class KarateParams(Params, frozen=True, kw_only=True):
    """Which network learns, and for how long."""

    model: Annotated[
        Literal["gcn", "algorithm 4"],
        Meta(title="Network", description="For members and links.", extra_json_schema={"labels": NAMES}),
    ] = "gcn"
    depth: Annotated[int, Meta(ge=1, le=8, title="Depth", description="Layers; a node hears so many hops far.")] = 3
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of the weights and of the hidden edges.")] = 1
    steps: Annotated[
        int, Meta(ge=50, le=600, title="Steps", description="Of Adam.", extra_json_schema={"step": 50})
    ] = 300
    graph_model: Annotated[
        Literal["gcn", "algorithm 4"],
        Meta(title="Ring or chain: network", description="For whole graphs.", extra_json_schema={"labels": NAMES}),
    ] = "algorithm 4"
    pool: Annotated[
        Literal["sum", "mean"], Meta(title="Ring or chain: pool", description="What makes one answer of all nodes.")
    ] = "mean"
    members: Annotated[
        bool,
        Meta(
            title="Deal the members in turn",
            description="Student k is member k, from three students on. Otherwise chance makes each a member.",
        ),
    ] = False
