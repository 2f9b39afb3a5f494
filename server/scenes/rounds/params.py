"""What the instructor may set of the scene `rounds`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.room.scene import Params

MOST_FEATURES, MOST_ROUNDS, TYPED_WIDTH = 8, 16, 3

Cell = Annotated[float, Meta(ge=-9, le=9, extra_json_schema={"step": 1})]
Row = tuple[Cell, Cell, Cell]
Matrix = tuple[Row, Row, Row]

SIZED = {"graph": ["path", "ring", "star", "barbell", "random"]}
CLASS = {"graph": ["seats"]}
COMPUTED = {"graph": ["seats"], "compute": [True]}
WEIGHTS = {"identity": "Identity", "integers": "Integers", "typed": "Typed", "random": "Random"}
ONES: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class RoundsParams(Params, frozen=True, kw_only=True):
    """What the instructor may set of Algorithm 4."""

    graph: Annotated[
        Literal["path", "ring", "star", "barbell", "karate", "decalin", "bicyclopentyl", "random", "seats"],
        Meta(
            title="Graph",
            description="Who is a neighbor of whom.",
            extra_json_schema={
                "labels": {
                    "path": "Path",
                    "ring": "Ring",
                    "star": "Star",
                    "barbell": "Barbell",
                    "decalin": "Decalin, two rings on an edge",
                    "bicyclopentyl": "Bicyclopentyl, two rings and a bond",
                    "karate": "Zachary's karate club",
                    "random": "Random (Erdős–Rényi)",
                    "seats": "The class: each student a node",
                }
            },
        ),
    ] = "barbell"
    nodes: Annotated[
        int,
        Meta(
            ge=3,
            le=60,
            title="Nodes",
            description="How many nodes the graph has.",
            extra_json_schema={"when": SIZED},
        ),
    ] = 10
    wiring: Annotated[
        Literal["ring", "regular", "small world"],
        Meta(
            title="Wiring",
            description="How the students are joined: a ring, four random neighbors each, or a ring with short cuts.",
            extra_json_schema={
                "when": CLASS,
                "labels": {"ring": "Ring", "regular": "Random regular", "small world": "Small world"},
            },
        ),
    ] = "ring"
    features: Annotated[
        int, Meta(ge=1, le=MOST_FEATURES, title="Features d", description="How many numbers each node carries.")
    ] = 2
    start: Annotated[
        Literal["integers", "one node", "ones", "one-hot", "random"],
        Meta(
            title="Input h⁽⁰⁾",
            description="The features before the first update.",
            extra_json_schema={
                "labels": {
                    "integers": "0, 1 and 2 by lot",
                    "one node": "1 in node 0, else 0",
                    "ones": "All 1",
                    "one-hot": "One-hot, in turn",
                    "random": "Normal, by the seed",
                }
            },
        ),
    ] = "integers"
    rounds: Annotated[
        int,
        Meta(ge=1, le=MOST_ROUNDS, title="Updates R", description="R rounds are R updates, numbered 1 to R."),
    ] = 3
    w_self: Annotated[
        Literal["identity", "integers", "random", "typed"],
        Meta(
            title="W_self",
            description="What a node makes of its own features.",
            extra_json_schema={"labels": WEIGHTS},
        ),
    ] = "integers"
    typed_self: Annotated[
        Matrix,
        Meta(
            title="W_self, typed",
            description="Its upper left d × d cells are used.",
            extra_json_schema={"widget": "matrix", "when": {"w_self": ["typed"]}},
        ),
    ] = ONES
    w_neigh: Annotated[
        Literal["identity", "integers", "random", "typed"],
        Meta(
            title="W_neigh",
            description="What a node makes of its features before it sends them.",
            extra_json_schema={"labels": WEIGHTS},
        ),
    ] = "integers"
    typed_neigh: Annotated[
        Matrix,
        Meta(
            title="W_neigh, typed",
            description="Its upper left d × d cells are used.",
            extra_json_schema={"widget": "matrix", "when": {"w_neigh": ["typed"]}},
        ),
    ] = ONES
    bias: Annotated[
        Literal["zero", "integers", "random", "typed"],
        Meta(
            title="Bias b",
            description="What every node adds in every update.",
            extra_json_schema={
                "labels": {"zero": "Zero", "integers": "Integers", "typed": "Typed", "random": "Random"}
            },
        ),
    ] = "zero"
    typed_bias: Annotated[
        Row,
        Meta(
            title="b, typed",
            description="Its first d cells are used.",
            extra_json_schema={"widget": "vector", "when": {"bias": ["typed"]}},
        ),
    ] = (0.0, 0.0, 0.0)
    aggregation: Annotated[
        Literal["sum", "mean", "max"],
        Meta(
            title="Aggregation",
            description="How the messages of all neighbors become one.",
            extra_json_schema={"labels": {"sum": "Sum", "mean": "Mean", "max": "Max"}},
        ),
    ] = "sum"
    activation: Annotated[
        Literal["identity", "relu", "tanh"],
        Meta(
            title="Activation σ",
            description="What turns the total into the new features.",
            extra_json_schema={"labels": {"identity": "None", "relu": "ReLU", "tanh": "tanh"}},
        ),
    ] = "relu"
    gcn: Annotated[
        bool,
        Meta(
            title="GCN normalization",
            description="Kipf and Welling: one weight for all, messages divided by √(d̃ᵤ d̃ᵥ); replaces the aggregation.",
        ),
    ] = False
    seed: Annotated[
        int, Meta(ge=0, le=9999, title="Seed", description="Another seed, another random graph, input and weights.")
    ] = 1
    compute: Annotated[
        bool,
        Meta(
            title="The class computes",
            description="Every student works out the own update by hand; no update is shown before it is closed.",
            extra_json_schema={"when": CLASS},
        ),
    ] = False
    barrier: Annotated[
        Literal["all", "quorum", "timer", "instructor"],
        Meta(
            title="An update closes",
            description="When everybody present is done, when enough are, after a time, or by hand.",
            extra_json_schema={
                "when": COMPUTED,
                "labels": {
                    "all": "All are done",
                    "quorum": "Enough are",
                    "timer": "After a time",
                    "instructor": "By hand",
                },
            },
        ),
    ] = "all"
    quorum: Annotated[
        int,
        Meta(
            ge=10,
            le=100,
            title="Quorum",
            description="The share of the students present who must be done.",
            extra_json_schema={"unit": "%", "step": 5, "when": {**COMPUTED, "barrier": ["quorum"]}},
        ),
    ] = 75
    timer: Annotated[
        int,
        Meta(
            ge=5,
            le=600,
            title="Time",
            description="How long the class has for one update.",
            extra_json_schema={"unit": "s", "step": 5, "when": {**COMPUTED, "barrier": ["timer"]}},
        ),
    ] = 90

    @property
    def computing(self) -> bool:
        """Whether the students work the updates out by hand."""
        return self.compute and self.graph == "seats"
