"""The geodesic sphere: closed, outward, nearly even, and exact means of low polynomials to the eye's precision."""

import numpy as np
import pytest

from models.symmetry.geodesic import geodesic


@pytest.mark.parametrize("cuts", [1, 2, 5, 7])
def test_it_has_the_counts_of_the_closed_formula_and_is_closed(cuts: int) -> None:
    points, triangles = geodesic(cuts)
    assert points.shape == (10 * cuts**2 + 2, 3)
    assert triangles.shape == (20 * cuts**2, 3)
    edges = {tuple(sorted((int(t[k]), int(t[(k + 1) % 3])))) for t in triangles for k in range(3)}
    assert len(points) - len(edges) + len(triangles) == 2


@pytest.mark.parametrize("cuts", [1, 4])
def test_corners_lie_on_the_unit_sphere_and_triangles_look_outwards(cuts: int) -> None:
    points, triangles = geodesic(cuts)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-15)
    assert (np.linalg.det(points[triangles]) > 0).all()


def test_no_triangle_is_much_larger_than_another() -> None:
    points, triangles = geodesic(6)
    a, b, c = points[triangles].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    assert area.max() / area.min() < 2.2
    assert area.sum() == pytest.approx(4 * np.pi, rel=0.02)


def test_less_than_one_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 part"):
        geodesic(0)
