"""Features of an edge against e3nn, closed forms and the table they were made for."""

import math

import numpy as np
import pytest
import torch
from e3nn import o3

from models.symmetry import edge_features
from models.symmetry.edge_features import (
    BASIS,
    FEATURES,
    EdgeFeature,
    angle,
    degree_two,
    dihedral,
    examine,
    unit_vector,
    wigner_two,
)
from models.symmetry.equivariance import Kind, Transform, random_transforms

X = torch.tensor([[0.75, 0.3, 0.25], [-0.75, -0.25, 0.05], [-1.15, 0.95, 0.4], [1.2, -0.8, -0.7]], dtype=torch.float64)
KINDS: tuple[Kind, ...] = ("translation", "rotation", "reflection")
INV, EQ, NO = "invariant", "equivariant", "neither"
TABLE = {
    "nothing": (INV, INV, INV),
    "raw coordinates": (NO, NO, NO),
    "displacement": (INV, EQ, EQ),
    "distance": (INV, INV, INV),
    "unit vector": (INV, EQ, EQ),
    "harmonic Y₂": (INV, EQ, EQ),
    "angle": (INV, INV, INV),
    "dihedral angle": (INV, INV, EQ),
}
SHAPES = {"raw coordinates": 6, "displacement": 3, "unit vector": 3, "harmonic Y₂": 5}
EVERY = pytest.mark.parametrize("feature", FEATURES, ids=lambda each: each.name)


@EVERY
def test_the_measured_table_is_the_lectures(feature: EdgeFeature) -> None:
    found = tuple(examine(feature, X, kind) for kind in KINDS)
    assert tuple(each.verdict for each in found) == TABLE[feature.name]
    for each in found:
        assert (each.error > 0.1) if each.verdict == NO else (each.error < 1e-12)
    assert feature.function(X).shape == (SHAPES.get(feature.name, 1),)


def test_degree_two_is_e3nns_spherical_harmonic() -> None:
    directions = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mine = torch.stack([degree_two(torch.stack((d, torch.zeros(3, dtype=torch.float64)))) for d in directions])
    theirs = o3.spherical_harmonics(2, directions, normalize=True, normalization="component")
    torch.testing.assert_close(mine * math.sqrt(7.5), theirs, atol=1e-6, rtol=1e-6)


def test_the_basis_is_orthonormal_symmetric_and_traceless() -> None:
    torch.testing.assert_close(torch.einsum("aij,bij->ab", BASIS, BASIS), torch.eye(5, dtype=torch.float64))
    assert torch.equal(BASIS, BASIS.transpose(1, 2))
    assert float(torch.einsum("aii->a", BASIS).abs().max()) < 1e-15


@pytest.mark.parametrize("kind", KINDS[1:])
def test_wigner_is_an_orthogonal_representation_of_even_parity(kind: Kind) -> None:
    a, b = (g.matrix for g in random_transforms(kind, 2, 3))
    torch.testing.assert_close(wigner_two(a) @ wigner_two(b), wigner_two(a @ b), atol=1e-14, rtol=0)
    torch.testing.assert_close(wigner_two(a) @ wigner_two(a).T, torch.eye(5, dtype=torch.float64))
    torch.testing.assert_close(wigner_two(-a), wigner_two(a))


def test_angle_and_dihedral_are_the_textbooks() -> None:
    d, other = (X[0] - X[1]).numpy(), (X[2] - X[1]).numpy()
    expected = math.acos(float(d @ other) / float(np.linalg.norm(d) * np.linalg.norm(other)))
    assert float(angle(X)) == pytest.approx(expected, abs=1e-13)
    for phi in (-2.5, -1.0, 0.3, 1.5, 3.0):
        u, v = [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        w, t = [-0.3, 1.0, 0.0], [1.4, math.cos(phi), math.sin(phi)]
        made = dihedral(torch.tensor([u, v, w, t], dtype=torch.float64))
        assert float(made) == pytest.approx(phi, abs=1e-13)


def test_a_mirror_flips_the_sign_of_the_dihedral_alone() -> None:
    mirrored = X * torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64)
    assert float(dihedral(mirrored)) == pytest.approx(-float(dihedral(X)), abs=1e-14)
    assert abs(float(dihedral(X))) > 0.1
    assert float(angle(mirrored)) == pytest.approx(float(angle(X)), abs=1e-14)


def test_a_unit_vector_has_length_one() -> None:
    assert float(torch.linalg.vector_norm(unit_vector(X))) == pytest.approx(1.0, abs=1e-15)


def test_four_points_are_needed() -> None:
    with pytest.raises(ValueError, match="at least four positions"):
        examine(FEATURES[0], X[:3], "rotation")


def test_every_feature_is_tried_on_transforms_that_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[Kind]()

    def counted(kind: Kind, count: int, seed: int) -> list[Transform]:
        drawn.append(kind)
        return random_transforms(kind, count, seed)

    monkeypatch.setattr(edge_features, "random_transforms", counted)
    edge_features._transforms.cache_clear()
    for feature in FEATURES:
        for kind in KINDS:
            examine(feature, X, kind, seed=999)
    assert drawn == list(KINDS)
