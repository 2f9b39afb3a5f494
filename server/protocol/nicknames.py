"""Names for students who need no account: an adjective and an animal, the same for the same seat."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from server.protocol.faults import Refused
from server.protocol.text import tidied

ADJECTIVES = (
    "Amber Ample Azure Brave Bright Brisk Calm Clever Coral Cosmic Crisp Curious Daring Deft Eager Fair Fleet Gentle "
    "Glad Golden Happy Honest Indigo Ivory Jade Jolly Keen Kind Lilac Lively Lucky Lunar Mellow Merry Mighty Misty "
    "Nimble Noble Olive Pearl Plucky Polar Proud Quick Quiet Rapid Royal Ruby Rustic Sage Silver Smart Snowy Solar "
    "Steady Sunny Swift Teal Tidy Velvet Vivid Warm Wise Witty"
).split()
ANIMALS = (
    "Badger Beaver Bison Bobcat Camel Caribou Cheetah Civet Condor Coyote Crane Dingo Dolphin Eagle Egret Falcon "
    "Ferret Finch Fox Gazelle Gecko Gibbon Hare Hawk Heron Ibex Ibis Jackal Jaguar Kestrel Koala Lemur Leopard Lynx "
    "Magpie Manatee Marmot Marten Moose Narwhal Ocelot Okapi Orca Oriole Osprey Otter Owl Panda Pelican Penguin Puffin "
    "Puma Quail Rabbit Raven Robin Seal Sparrow Swan Tapir Toucan Turtle Walrus Weasel Wombat Yak Zebra"
).split()
LONGEST = 24


def nickname(identity: str, taken: Collection[str]) -> str:
    """A nickname for a seat that nobody in the room has yet; depends on the seat and the names taken alone."""
    start = int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")
    count = len(ADJECTIVES) * len(ANIMALS)
    for offset in range(count):
        adjective, animal = divmod((start + offset * 1_009) % count, len(ANIMALS))
        name = f"{ADJECTIVES[adjective]} {ANIMALS[animal]}"
        if name not in taken:
            return name
    return f"Guest {len(taken) + 1}"


def cleaned(name: str) -> str:
    """A name as a student typed it, tidied and cut to 24 characters; `remark` says what was changed.

    Raises:
        Refused: nothing readable is left.
    """
    tidy = tidied(name, LONGEST).text
    if not tidy:
        raise Refused("invalid", f"expected a name of 1 to {LONGEST} readable characters, got none")
    return tidy


def remark(name: str) -> str | None:
    """What its sender has to know of a name that is not kept as it was typed; None when nothing was changed."""
    return tidied(name, LONGEST).remark("a name")
