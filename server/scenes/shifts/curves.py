"""The curves of the scene as lines with slopes: the kernel's from what was measured, the networks' from the table."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TypeAlias

import msgspec
import numpy as np

from models.experiments import kernel_ridge
from models.experiments.kernel_ridge import COPIES, LEARNERS, Learner
from models.experiments.learning_curves import Point
from models.experiments.slopes import Slope, apart, resolved, slope, steepened
from models.experiments.sweep_table import Table
from models.experiments.sweep_table import read as read_table
from models.potentials.clusters import Potential
from server.protocol.faults import Refused
from server.room.computation import Computation
from server.room.jobs import beside
from server.room.kept import kept, read
from server.room.scene import JobSteps, Wait
from server.scenes.shifts.messages import ShiftsLine, ShiftsMeasured, ShiftsNeural, ShiftsPoint, ShiftsSlope

TARGET, REPEATS = 0, 4
SIZES: dict[Learner, tuple[int, ...]] = {
    "plain": (32, 64, 128, 256, 512, 1024, 2048),
    "augmented": (32, 64, 128, 256, 512),
    "invariant": (32, 64, 128, 256, 512, 1024, 2048),
}
FITTED: dict[Learner, tuple[int, int]] = {"plain": (256, 2048), "augmented": (32, 256), "invariant": (32, 2048)}
"""Where a slope is fitted. The plain curve is not straight before; 8 copies of 32 to 256 points are as many points."""
QUICK: dict[Learner, tuple[int, ...]] = {
    "plain": (256, 512, 1024),
    "augmented": (32, 64, 128),
    "invariant": (32, 64, 128, 256),
}
NAMES: dict[Learner, str] = {"plain": "plain", "augmented": f"{COPIES} copies", "invariant": "invariant"}
SHIFT, STEEPER = "a parallel shift, the same slope", "a steeper slope"
ANGLES = (0.07, 0.31, 0.62)
"""Of the point that is drawn, in turns; any would do."""
Measured = Mapping[tuple[Learner, int], tuple[float, ...]]


@lru_cache(maxsize=128)
def kernel_error(learner: Learner, size: int, repeat: int) -> Computation[float]:
    """One point of a kernel curve, from beside: a large one takes half a second, which cannot be sliced."""
    return Computation(partial(_regression, (learner, size, repeat)))


def _regression(point: Regression) -> Generator[Wait | None, None, float]:
    for output in regressions((point,)):
        if isinstance(output, ShiftsMeasured):
            return output.error
        if output is None or isinstance(output, Wait):
            yield output
    raise Refused("failed", "expected a point of a learning curve, got none")


Regression: TypeAlias = tuple[Learner, int, int]
Points: TypeAlias = tuple[Regression, ...]
"""Learner, size and repetition of each."""


class Left(msgspec.Struct, frozen=True, array_like=True, tag="shifts.kernels 1"):
    """Where the kernel curves stand: the points to come."""

    points: Points


def regressions(missing: Points, body: bytes | None = None) -> JobSteps:
    """These points of the kernel curves, one after the other, beside the engine.

    body: a `Left` that was kept.
    """
    return beside(measuring, (read(body, Left) or Left(missing)).points)


def measuring(points: Points) -> JobSteps:
    """A regression for each point."""
    for number, (learner, size, repeat) in enumerate(points, 1):
        error = yield from kernel_ridge.erring(learner, size, TARGET, repeat)
        yield ShiftsMeasured(learner=learner, size=size, error=error)
        yield kept(Left(points[number:]))


def quick(learners: Iterable[Learner] = LEARNERS) -> Iterator[Wait | None]:
    """The steps to the smaller sizes of these curves, of which the truths are made."""
    for learner in learners:
        for size in QUICK[learner]:
            for repeat in range(REPEATS):
                yield from kernel_error(learner, size, repeat).steps()


def quick_errors(learner: Learner) -> dict[int, tuple[float, ...]]:
    """The errors by size at the smaller sizes, which take a second or two."""
    return {
        size: tuple(kernel_error(learner, size, repeat).result for repeat in range(REPEATS)) for size in QUICK[learner]
    }


def quick_change(learner: Learner) -> str:
    """`SHIFT` or `STEEPER`: whether the slope is that of the plain kernel on as many points, or 3/2 of it and more."""
    own, plain = slope(quick_errors(learner)), slope(quick_errors("plain"))
    assert own is not None
    assert plain is not None
    return STEEPER if steepened(own, plain) else SHIFT


def wanted(last: int) -> list[tuple[Learner, int]]:
    """The points of the first so many kernel curves, in the order in which they are measured."""
    return [(learner, size) for learner in LEARNERS[:last] for size in SIZES[learner]]


def kernel_slope(learner: Learner, measured: Measured) -> Slope | None:
    """The slope in the range it is fitted in, once every size of the range has all its repetitions."""
    low, high = FITTED[learner]
    inside = {size: measured.get((learner, size), ()) for size in SIZES[learner] if low <= size <= high}
    return slope(inside) if all(len(values) == REPEATS for values in inside.values()) else None


def kernel_lines(measured: Measured, last: int) -> tuple[ShiftsLine, ...]:
    """The first so many curves, as far as they are measured."""
    lines = []
    for learner in LEARNERS[:last]:
        low, high = FITTED[learner]
        found = {size: measured.get((learner, size), ()) for size in SIZES[learner]}
        tests = {size: values for size, values in found.items() if values}
        line = _line(
            NAMES[learner], tests, {}, {size: low <= size <= high for size in tests}, kernel_slope(learner, measured)
        )
        lines.append(line)
    return tuple(lines)


def kernel_words(measured: Measured, last: int) -> tuple[str, str]:
    """The newest slope, and what it says beside that of the plain kernel."""
    learner = LEARNERS[last - 1]
    own, plain = kernel_slope(learner, measured), kernel_slope("plain", measured)
    if last < 1 or own is None or plain is None:
        return "", ""
    number = signed(own.value)
    if learner == "plain":
        return number, f"Where the curve is straight, 4 times the points leave {4**own.value:.0%} of the error."
    change = STEEPER if steepened(own, plain) else SHIFT
    if change == SHIFT and apart(own, plain):
        change = SHIFT.replace("the same", "nearly the same")
    return number, f"{change[0].upper()}{change[1:]}: {number} beside {signed(plain.value)}."


def signed(value: float) -> str:
    """Two decimals, with a minus sign that is as wide as a figure."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _line(
    name: str,
    tests: Mapping[int, Sequence[float]],
    train: Mapping[int, Sequence[float]],
    used: Mapping[int, bool],
    fitted: Slope | None,
    parameters: int | None = None,
) -> ShiftsLine:
    sizes = tuple(sorted(tests))
    return ShiftsLine(
        name=name,
        sizes=sizes,
        errors=tuple(_middle(tests[n]) for n in sizes),
        lows=tuple(min(tests[n]) for n in sizes),
        highs=tuple(max(tests[n]) for n in sizes),
        train=tuple(_middle(train[n]) for n in sizes) if train else (),
        used=tuple(used[n] for n in sizes),
        slope=None if fitted is None else _drawn(fitted),
        parameters=parameters,
    )


def _middle(values: Sequence[float]) -> float:
    """The geometric mean, which is the mean on a logarithmic axis."""
    return math.exp(sum(math.log(value) for value in values) / len(values))


def _drawn(fitted: Slope) -> ShiftsSlope:
    def at(n: int) -> tuple[float, float]:
        return float(n), math.exp(fitted.offset) * n**fitted.value

    ends = (at(fitted.sizes[0]), at(fitted.sizes[-1]))
    return ShiftsSlope(value=fitted.value, low=fitted.low, high=fitted.high, ends=ends)


@lru_cache(maxsize=1)
def point() -> ShiftsPoint:
    """A point of the kernel's three angles beside its turned copies: the target is the same, to rounding."""
    angles = 2 * np.pi * (np.array(ANGLES) + np.arange(COPIES)[:, None] / COPIES)
    values = kernel_ridge.target(angles, TARGET)
    return ShiftsPoint(
        angles=tuple(tuple(float(angle) for angle in row) for row in angles),
        value=float(values[0]),
        spread=float(np.ptp(values)),
    )


@lru_cache(maxsize=1)
def table() -> Table | None:
    """The table in the repository, read once."""
    return read_table()


def of(points: Sequence[Point], potential: Potential, lmax: int) -> dict[int, list[Point]]:
    """The points of one curve, by size."""
    found: dict[int, list[Point]] = {}
    for point in points:
        if (point.potential, point.lmax) == (potential, lmax) and point.test > 0 and point.train > 0:
            found.setdefault(point.size, []).append(point)
    return found


def usable(found: Table, potential: Potential, lmax: int) -> dict[int, list[float]]:
    """Test errors by size, where the training error is at most half of the test error."""
    sizes = of(found.points, potential, lmax)
    return {n: [p.test for p in ps] for n, ps in sizes.items() if resolved([p.train for p in ps], [p.test for p in ps])}


def degree_slopes(found: Table, potential: Potential) -> dict[int, Slope | None]:
    """The slope of each l over the sizes where it may be fitted."""
    return {lmax: slope(usable(found, potential, lmax)) for lmax in (0, 1, 2)}


def differ(found: Table, potential: Potential, a: int, b: int) -> bool | None:
    """Whether the slopes of two degrees are apart, both where each may be fitted and on the sizes that they share.

    None where one was not fitted. Slopes over other sizes could differ because a curve is not straight.
    """
    one, two = usable(found, potential, a), usable(found, potential, b)
    whole = apart(slope(one), slope(two))
    both = one.keys() & two.keys()
    shared = apart(slope({n: one[n] for n in both}), slope({n: two[n] for n in both}))
    return None if whole is None or shared is None else whole and shared


def neural(found: Table | None, potential: Potential) -> ShiftsNeural:
    """The frame of one potential: lines, slopes where they may be fitted, and what they say."""
    if found is None:
        words = "No table of the sweep is here. It is made by: python -m models.experiments.sweep"
        return ShiftsNeural(
            potential=potential, lines=(), verdict=words, resolved=None, present=False, whole=False, how=()
        )
    slopes = degree_slopes(found, potential)
    lines = []
    for lmax, fitted in slopes.items():
        sizes = of(found.points, potential, lmax)
        tests = {n: [p.test for p in ps] for n, ps in sizes.items()}
        train = {n: [p.train for p in ps] for n, ps in sizes.items()}
        used = {n: resolved(train[n], tests[n]) for n in tests}
        if tests:
            lines.append(_line(f"l = {lmax}", tests, train, used, fitted, found.parameters.get(str(lmax))))
    verdict, answer = _verdict(slopes, differ(found, potential, 0, 1))
    if slopes[2] is not None and differ(found, potential, 1, 2):
        verdict = verdict.replace("to 1:", "to 1 and to 2:")
    if not found.complete:
        verdict = "The sweep was cut short: the table is partial. " + verdict
    return ShiftsNeural(
        potential=potential,
        lines=tuple(lines),
        verdict=verdict,
        resolved=answer,
        present=True,
        whole=found.complete,
        how=_how(found),
    )


def _verdict(slopes: Mapping[int, Slope | None], different: bool | None) -> tuple[str, bool | None]:
    zero, one = slopes.get(0), slopes.get(1)
    if zero is None or one is None:
        missing = " and ".join(f"l = {lmax}" for lmax in (0, 1) if slopes.get(lmax) is None)
        return f"Not resolved: {missing} has fewer than 3 sizes where a slope may be fitted.", None
    if different is None:
        return "Not resolved: l = 0 and l = 1 share fewer than 3 sizes where a slope may be fitted.", None
    if not different:
        return "No change of slope resolved from l = 0 to 1: the intervals meet.", False
    word = "Steeper" if one.value < zero.value else "Flatter"
    return f"{word} from l = 0 to 1: intervals apart.", one.value < zero.value


def _how(found: Table) -> tuple[str, ...]:
    s = found.setup
    counts = ", ".join(f"{count:,}" for count in found.parameters.values())
    return (
        f"Sweep of {found.date}, {found.device}, torch {found.versions.get('torch', '?')}",
        f"{s['atoms']} atoms, {s['layers']} layers, {counts} parameters",
        f"{s['seeds']} seeds, {s['steps']:,} steps of Adam, batch {s['batch']}, nothing tuned apart",
    )
