"""Declared slots: what differs is built and nothing else, arrays are never compared by their elements."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, ItemsView, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import numpy as np
import pytest
import torch

from server.protocol.messages import ALL, STAGE, Float64, Frame, Gone, seat
from server.room.scene import Context, Params, Scene
from server.room.slots import Declared, PerSeat, Slot, changes, comparable, frames_of, same


class Picture(Frame, frozen=True, kw_only=True, tag="slots.picture"):
    """What all see."""

    number: int


class Turn(Frame, frozen=True, kw_only=True, tag="slots.turn"):
    """One of several of a kind."""

    number: int


class Mine(Frame, frozen=True, kw_only=True, tag="slots.mine"):
    """What one seat sees."""

    number: int


@dataclass(frozen=True, slots=True)
class State:
    """As a scene keeps it."""

    number: int = 0
    turns: tuple[int, ...] = (0, 0)
    array: Float64 = field(default_factory=lambda: np.zeros(3))
    seats: Mapping[str, int] = field(default_factory=dict)
    scale: int = 1


def _picture(state: State) -> Picture:
    return Picture(number=state.number)


def _turn(state: State, key: int) -> Turn:
    return Turn(number=state.turns[key])


def _turns(state: State, key: int) -> int:
    return state.turns[key]


def _mine(state: State, number: int) -> Mine:
    return Mine(number=number * state.scale)


SLOTS: tuple[Declared[State], ...] = (
    Slot(_picture, ALL, of=lambda state: state.number),
    *Slot.each((0, 1), _turn, STAGE, _turns),
    PerSeat.each(_mine, lambda state: state.seats, of=lambda state: state.scale),
)


def _shown(old: State | None, new: State) -> list[tuple[str, str]]:
    return [out.slot for out in changes(SLOTS, old, new)]


def test_a_newcomer_is_sent_every_slot_in_the_order_in_which_they_are_declared() -> None:
    assert _shown(None, State(seats={"b": 1, "a": 2})) == [
        (ALL, "slots.picture"),
        (STAGE, "slots.turn.0"),
        (STAGE, "slots.turn.1"),
        (seat("b"), "slots.mine"),
        (seat("a"), "slots.mine"),
    ]


def test_what_shows_the_same_is_not_sent_again() -> None:
    old = State(seats={"a": 1})
    assert _shown(old, old) == []
    assert _shown(old, replace(old, array=np.ones(3), seats={"a": 1})) == []
    assert _shown(old, replace(old, number=1)) == [(ALL, "slots.picture")]
    assert _shown(old, replace(old, turns=(0, 7))) == [(STAGE, "slots.turn.1")]


def test_a_seat_is_sent_its_own_frame_and_all_are_where_what_they_share_changed() -> None:
    old = State(seats={"a": 1, "b": 2})
    assert _shown(old, replace(old, seats={**old.seats, "b": 3, "c": 4})) == [
        (seat("b"), "slots.mine"),
        (seat("c"), "slots.mine"),
    ]
    assert [out.frame for out in changes(SLOTS, old, replace(old, scale=10))] == [Mine(number=10), Mine(number=20)]


def test_the_changed_seats_are_built_in_one_call_and_no_seat_is_looked_at_while_the_mapping_is_the_same() -> None:
    calls: list[list[str]] = []

    class Counted(UserDict[str, int]):
        looked = 0

        def items(self) -> ItemsView[str, int]:
            Counted.looked += 1
            return super().items()

    def many(state: State, seats: Sequence[str]) -> dict[str, Mine]:
        calls.append(list(seats))
        return {who: Mine(number=state.seats[who]) for who in seats}

    slots = (PerSeat(many, lambda state: state.seats),)
    seats = Counted(a=1, b=2, c=3)
    old = State(seats=seats)
    assert [out.to for out in changes(slots, None, old)] == [seat("a"), seat("b"), seat("c")]
    looked = Counted.looked
    assert list(changes(slots, old, replace(old, number=5))) == []
    assert Counted.looked == looked
    list(changes(slots, old, replace(old, seats=Counted(a=1, b=7, c=8))))
    assert calls == [["a", "b", "c"], ["b", "c"]]


def test_a_seat_that_is_no_key_any_more_is_told_that_its_slot_is_empty() -> None:
    old = State(seats={"a": 1, "b": 2})
    (out,) = changes(SLOTS, old, replace(old, seats={"b": 2}))
    assert (out.slot, out.frame) == ((seat("a"), "slots.mine"), Gone())
    outs = list(changes(SLOTS, old, replace(old, seats={"b": 2}, scale=3)))
    assert [(out.to, out.frame) for out in outs] == [(seat("b"), Mine(number=6)), (seat("a"), Gone())]


@pytest.mark.parametrize("seed", range(20))
def test_a_snapshot_is_the_sum_of_its_deltas_whatever_comes_changes_and_goes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state, browser = State(), {out.slot: out.frame for out in changes(SLOTS, None, State())}
    for _ in range(60):
        seats, who = dict(state.seats), "abcd"[int(rng.integers(4))]
        if seats.pop(who, None) is None or rng.random() < 0.5:
            seats[who] = int(rng.integers(3))
        number, scale = int(rng.integers(2)), int(rng.integers(1, 3))
        after = replace(state, seats=seats, number=number, scale=scale, turns=(scale, number))
        for out in changes(SLOTS, state, after):
            browser[out.slot] = out.frame
            if isinstance(out.frame, Gone):
                del browser[out.slot]
        state = after
        assert browser == {out.slot: out.frame for out in changes(SLOTS, None, state)}


def test_a_slot_without_anything_to_compare_is_sent_once() -> None:
    slots: tuple[Slot[State], ...] = (Slot(_picture, ALL),)
    assert len(list(changes(slots, None, State()))) == 1
    assert list(changes(slots, State(), State(number=9))) == []


def test_what_is_sent_is_read_off_the_slots() -> None:
    assert frames_of(SLOTS) == (Picture, Turn, Mine)

    class Small(Scene[Params, State]):
        title = "Small"
        summary = "Nothing."
        params = Params
        slots = SLOTS

        def initial(self, params: Params, context: Context) -> State:
            return State()

    assert Small.frames_sent == (Picture, Turn, Mine)
    assert [out.slot for out in Small().frames(None, State())] == _shown(None, State())


def test_a_builder_that_does_not_say_what_it_returns_is_refused() -> None:
    def nothing(_state: State) -> Frame:
        return Picture(number=0)

    del nothing.__annotations__["return"]
    with pytest.raises(TypeError, match="says which frame it returns"):
        frames_of((Slot(nothing, ALL),))


@dataclass(frozen=True, slots=True)
class Holder:
    """Compared by value, and so by its array's elements."""

    array: object


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """Compared by identity."""

    array: object


ARRAYS = pytest.mark.parametrize("make", [lambda: np.zeros(1), lambda: torch.zeros(1)], ids=["numpy", "torch"])


@ARRAYS
def test_an_array_is_compared_by_identity(make: Callable[[], object]) -> None:
    one, other = make(), make()
    assert same((1, (one,)), (1, (one,)))
    assert not same((1, (one,)), (1, (other,)))
    assert not same(one, None)
    assert not same(Owner(one), Owner(one))
    comparable((one, Owner(one)))


@ARRAYS
@pytest.mark.parametrize(
    "wrap",
    [Holder, lambda array: [array], lambda array: {"a": array}, lambda array: (Holder((array,)),)],
    ids=["dataclass", "list", "mapping", "nested"],
)
def test_an_array_whose_elements_would_be_compared_is_an_error_at_once(
    make: Callable[[], object], wrap: Callable[[object], object]
) -> None:
    """Also where the elements are equal, or there is one alone, so that `==` would give an answer."""
    with pytest.raises(TypeError, match="by identity"):
        same(wrap(make()), wrap(make()))
    slots: tuple[Slot[State], ...] = (Slot(_picture, ALL, of=lambda _state: wrap(make())),)
    with pytest.raises(TypeError, match="by identity"):
        list(changes(slots, None, State()))


def test_numbers_of_numpy_and_mappings_are_compared_by_value() -> None:
    assert same(np.float64(1), np.float64(1))
    assert same({"a": (1, 2)}, {"a": (1, 2)})
    assert not same({"a": (1, 2)}, {"b": (1, 2)})
    assert not same({"a": 1}, {})


def test_a_value_whose_type_can_hold_no_array_is_not_looked_through() -> None:
    """Nor is what it holds compared otherwise than by its own `==`."""

    @dataclass(frozen=True)
    class Counted:
        parts: tuple[tuple[float, ...], ...]
        kind: Literal["a", "b"] = "a"
        looked: ClassVar[int] = 0

        def __getattribute__(self, name: str) -> object:
            if name == "parts":
                Counted.looked += 1
            return object.__getattribute__(self, name)

    one = Counted(((1.0, 2.0),))
    comparable(one)
    assert Counted.looked == 0
    assert same(one, Counted(((1.0, 2.0),)))
    assert not same(one, Counted(((1.0, 3.0),)))
