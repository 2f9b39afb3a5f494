"""What was published of learning curves and symmetry: each statement as its source has it."""

from __future__ import annotations

from server.scenes.shifts.messages import ShiftsStatement

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
