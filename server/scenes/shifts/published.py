"""What was published of learning curves and symmetry, as each source has it, and what was measured here beside it."""

from __future__ import annotations

from models.experiments.sweep_table import Table
from models.potentials.clusters import POTENTIALS
from server.scenes.shifts.curves import degree_slopes, differ, signed
from server.scenes.shifts.live import NAMES
from server.scenes.shifts.messages import ShiftsPublished, ShiftsStatement

THREAD = "First author of NequIP, on MD17; thread of 17 December 2021"
"""threadreaderapp 1471839852899586051"""
E3NN = "Geiger and Smidt, e3nn, arXiv:2207.09453"
QUOTES = (
    ("different models all share the same slope and better models only shift the learning curve", THREAD),
    ("NequIP … larger slope than all other methods", THREAD),
    (
        "when we turn off equivariance … invariant (l=0) … we recover the same slope that all other models observe",
        THREAD,
    ),
    ("increasing l to {2,3} again only shifts the curve", THREAD),
    ("up to three orders of magnitude fewer training data", "NequIP, abstract (arXiv:2101.03164)"),
    (
        "Unfortunately we have no theoretical explanation for this change [of slope in the learning curve].",
        f"{E3NN}, as quoted in Rackers and Rao, arXiv:2210.04766",
    ),
    ("500-fold increase in brute-force training", f"what data augmentation needs; {E3NN}, introduction"),
)
STATEMENTS = tuple(ShiftsStatement(words=words, source=source) for words, source in QUOTES)
THEORY = (
    "6: still open. Theory (Tahmasebi and Jegelka, arXiv:2303.14269) has a steeper slope where a continuous symmetry "
    "is built in, as in the kernel. All three networks are invariant: it does not tell them apart."
)


def frame(found: Table | None) -> ShiftsPublished:
    """The statements, and beside them what the table says."""
    here = ("No table of the sweep is here: nothing of it was measured.",) if found is None else _here(found)
    return ShiftsPublished(statements=STATEMENTS, here=(*here, THEORY))


def _here(found: Table) -> tuple[str, ...]:
    told = []
    for number, a, b in ((3, 0, 1), (4, 1, 2)):
        changed = differ(found, "stillinger-weber", a, b)
        # The third says that the slope changes there, the fourth that it does not.
        agrees = None if changed is None else changed == (number == 3)
        word = "not resolved here" if agrees is None else "also here" if agrees else "not so here"
        told.append(f"{number}: {word}, l = {a} to {b}. " + " ".join(_compared(found, a, b)))
    told[-1] += " Stillinger-Weber flatters l = 2."
    return (*told, "1, 2, 5, 7: not measured here.")


def _compared(found: Table, a: int, b: int) -> list[str]:
    told = []
    for potential in POTENTIALS:
        slopes, different = degree_slopes(found, potential), differ(found, potential, a, b)
        one, two = slopes[a], slopes[b]
        if one is None or two is None or different is None:
            told.append(f"{NAMES[potential]}: not resolved.")
            continue
        verdict = "changed" if different else "no change resolved"
        told.append(f"{NAMES[potential]}: {signed(one.value)} to {signed(two.value)}, {verdict}.")
    return told
