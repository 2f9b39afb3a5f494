"""What a class draws: a stroke a seat, numbered as they came; the first eight are the shapes, built-in ones fill up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from models.graphs import strokes
from models.graphs.shapes import Shapes, congruent, drawn
from server.protocol.faults import Refused
from server.protocol.messages import f4, i4
from server.scenes.classify.messages import ClassifyDrawn, ClassifyWall

CLASSES = 8
WALL = 40
"""Drawings on the projector at once."""
STROKES = 10
"""Of a seat; and how often its drawing may be taken off before it draws no more."""
TAKEN = 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one seat drew last; without points it is not on the wall."""

    number: int
    points: strokes.Drawn = ()
    count: int = 1
    taken: int = 0

    @property
    def left(self) -> int:
        """Strokes that remain."""
        return 0 if self.taken >= TAKEN else STROKES - self.count


@dataclass(frozen=True)
class Wall:
    """Every drawing by seat, and the number of the next."""

    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    next: int = 1

    def drew(self, who: str, stroke: tuple[strokes.Point, ...]) -> Wall:
        """With another drawing of a seat, at its old place where it has one.

        Raises:
            Refused: the stroke is too short or wound up on one spot, or the seat may draw no more.
        """
        before = self.drawings.get(who)
        if before is not None and before.left == 0:
            raise Refused("refused", f"expected at most {STROKES} strokes, and none after {TAKEN} were taken off")
        try:
            points = strokes.sampled(stroke)
        except ValueError as error:
            raise Refused("invalid", str(error)) from error
        if before is None:
            return Wall({**self.drawings, who: Drawing(self.next, points)}, self.next + 1)
        number, after = (before.number, self.next) if before.points else (self.next, self.next + 1)
        again = replace(before, number=number, points=points, count=before.count + 1)
        return Wall({**self.drawings, who: again}, after)

    def dropped(self, number: int) -> Wall:
        """Without a drawing. Raises Refused where none of this number hangs."""
        for who, one in self.drawings.items():
            if one.number == number and one.points:
                off = replace(one, points=(), taken=one.taken + 1)
                return Wall({**self.drawings, who: off}, self.next)
        raise Refused("invalid", f"expected the number of a drawing on the wall, got {number}")

    @cached_property
    def hanging(self) -> tuple[Drawing, ...]:
        """The drawings on the wall, the first drawn first."""
        return tuple(sorted((one for one in self.drawings.values() if one.points), key=lambda one: one.number))

    @property
    def chosen(self) -> tuple[Drawing, ...]:
        """Those that become shapes to be told apart."""
        return self.hanging[:CLASSES]

    def shapes(self) -> Shapes:
        """The chosen drawings, and up to eight built-in strokes that nobody drew."""
        own = tuple((f"drawing {k + 1}", one.points) for k, one in enumerate(self.chosen))
        if len(own) == CLASSES:
            return drawn(own)
        spare = tuple(strokes.built_in().items())
        groups = congruent(drawn((*own, *spare)))
        fresh = [spare[group[0] - len(own)] for group in groups if group[0] >= len(own)]
        return drawn((*own, *fresh[: CLASSES - len(own)]))

    def frame(self, version: int) -> ClassifyWall:
        """For the stage: the chosen, then the newest of the others."""
        hanging = self.hanging
        shown = [*hanging[:CLASSES], *hanging[CLASSES:][-(WALL - CLASSES) :]]
        return ClassifyWall(
            version=version,
            total=len(hanging),
            numbers=i4([one.number for one in shown]),
            points=f4([one.points for one in shown]).reshape(-1, strokes.POINTS, 2),
        )

    @cached_property
    def places(self) -> Mapping[str, tuple[Drawing, int]]:
        """Of each seat its drawing and which of the shapes that is, −1 for none."""
        numbers = {one.number: k for k, one in enumerate(self.chosen)}
        return {who: (one, numbers.get(one.number, -1) if one.points else -1) for who, one in self.drawings.items()}

    def own(self, who: str, version: int) -> ClassifyDrawn:
        """For one seat that drew."""
        one, shape = self.places[who]
        points = f4(one.points).reshape(-1, 2)
        return ClassifyDrawn(version=version, points=points, shape=shape, taken=one.taken, left=one.left)
