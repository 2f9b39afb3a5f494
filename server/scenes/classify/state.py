"""What the scene `classify` knows: who stands where, what came of it, what was drawn, and what each seat tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.graphs.shapes import TETRIS, Shapes
from models.symmetry.turn import Quaternion
from server.scenes.classify.contest import KEYS
from server.scenes.classify.drawings import Wall
from server.scenes.classify.messages import ClassifyDone, ClassifyParams, ClassifyStep, Key

ACTS = (
    "draw: one stroke, one shape",
    "predict: who will know a turned shape?",
    "all train side by side",
    "shape by shape",
    "turn a shape: whom do you fool?",
)
DRAW, PREDICT, TRAIN, SHAPES, FOOL = range(5)
ATTEMPTS = 30
"""Of a seat: two hundred thumbs share one engine."""
Curve = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one seat tried last, and whom it fooled so far."""

    shape: int = 0
    quaternion: Quaternion = (0.0, 0.0, 0.0, 1.0)
    guesses: tuple[int, ...] = ()
    fooled: tuple[bool, ...] = (False,) * len(KEYS)
    count: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Everything the scene knows."""

    params: ClassifyParams
    version: int
    act: int = PREDICT
    started: bool = False
    """The training goes on whatever position is shown."""
    shapes: Shapes = TETRIS
    """To be told apart; drawn ones are settled once the drawing is left."""
    wall: Wall = field(default_factory=Wall)
    now: Mapping[Key, ClassifyStep] = field(default_factory=dict)
    turn: Key | None = None
    """Who reported last."""
    curves: Mapping[Key, Curve] = field(default_factory=dict)
    """(step, rotated accuracy) of each."""
    done: Mapping[Key, ClassifyDone] = field(default_factory=dict)
    attempts: Mapping[str, Attempt] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The act at position 0."""
        return DRAW if self.params.data == "drawn" else PREDICT

    @property
    def drawing(self) -> bool:
        """Whether the class may draw."""
        return self.act == DRAW and not self.started

    @property
    def trained(self) -> bool:
        """Whether every contestant is measured."""
        return len(self.done) == len(KEYS)

    @property
    def open(self) -> bool:
        """Whether students may try to fool them."""
        return self.trained and self.act == FOOL
