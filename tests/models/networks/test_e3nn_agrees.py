"""e3nn's own equivariance check and models/symmetry/equivariance.py say the same of every model, sound or broken.

e3nn reports the largest component of f(g x) - g f(x), models/symmetry/equivariance.py its norm relative to f(x).
Given the same g, max <= norm <= sqrt(components) max.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from e3nn import o3
from e3nn.util import test as e3nn_test
from torch import Tensor

from models.graphs.clouds import named_cloud
from models.graphs.graph import radius_graph
from models.networks.zoo import MODELS, build
from models.symmetry.equivariance import Transform, samples

SLACK = 1e-8
"""Of e3nn's matrix for vectors, which goes through Euler angles."""
CASES = ((0, False), (0, True), (1, False), (1, True))  # (parity, translated), in the order in which e3nn tries them


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    with torch.random.fork_rng(devices=[]):
        yield
    torch.set_default_dtype(torch.float32)


def drawn(seed: int) -> list[Transform]:
    """The transforms that e3nn's check draws after this seed."""
    torch.manual_seed(seed)
    made = []
    for parity, translated in CASES:
        matrix = o3.rand_matrix(dtype=torch.float64) * (-1) ** parity
        shift = 10 * torch.randn(1, 3, dtype=torch.float64)[0] if translated else torch.zeros(3)
        made.append(Transform(matrix, shift, "reflection" if parity else "rotation"))
    return made


@pytest.mark.parametrize("name", MODELS)
def test_the_two_checks_agree(name: str) -> None:
    cloud = named_cloud("ethanol")
    kinds = sorted(set(cloud.elements or ()))
    features = torch.tensor([[float(e == kind) for kind in kinds] for e in cloud.elements or ()])
    torch.set_default_dtype(torch.float32)  # weights are drawn in it
    model = build(name, features=len(kinds), hidden=16, dtype=torch.float64)
    torch.set_default_dtype(torch.float64)

    def outputs(_: Tensor, x: Tensor) -> tuple[Tensor, ...]:
        made = model(features, x, radius_graph(x.detach(), cloud.cutoff))
        return (made.scalars,) if made.vectors is None else (made.scalars, made.vectors)

    names = ("scalars", "vectors")[: len(outputs(features, cloud.positions))]
    tried = list(samples(lambda x: dict(zip(names, outputs(features, x), strict=True)), cloud.positions, drawn(seed=5)))
    torch.manual_seed(5)
    theirs = e3nn_test.equivariance_error(
        outputs, [features, cloud.positions], [None, "cartesian_points"], list(("1x0e", "1x1o")[: len(names)])
    )
    assert set(theirs) == set(CASES)
    for case, sample in zip(CASES, tried, strict=True):
        for output, largest in zip(names, theirs[case].tolist(), strict=True):
            norm, slack = sample.errors[output] * sample.norms[output], SLACK * sample.norms[output]
            components = cloud.nodes * (3 if output == "vectors" else 1)
            assert largest <= norm + slack
            assert norm <= components**0.5 * largest + slack
            if name in ("invariant", "egnn", "tensor", "gvp"):
                assert max(norm, largest) <= slack
    if name in ("naive", "broken", "biased", "capped"):
        assert min(float(theirs[case].max()) for case in CASES) > 1e-2 * max(tried[0].norms.values())
