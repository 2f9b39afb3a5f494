"""What a network is given decides what it can notice: bit for bit where positions do not enter."""

import pytest
import torch

from models.experiments.positions_given import ELEMENTS, FARTHEST, GIVEN, bonds, limited, one_hot, output
from models.graphs.clouds import named_cloud
from models.symmetry.equivariance import random_transforms
from models.symmetry.pose import pose

MOLECULES = ("water", "methane", "ethanol", "benzene")
EVERY = pytest.mark.parametrize("name", MOLECULES)


@EVERY
@pytest.mark.parametrize("given", GIVEN)
def test_a_drag_and_a_rotation_are_noticed_by_those_who_can(name: str, given: str) -> None:
    cloud = named_cloud(name)
    graph, x = bonds(cloud), cloud.positions
    dragged = x.clone()
    dragged[-1] += torch.tensor([0.22, -0.26, 0.17], dtype=torch.float64)
    rest, pulled = output(given, cloud, x, graph), output(given, cloud, dragged, graph)
    turned = [output(given, cloud, g.points(dragged), graph) for g in random_transforms("rotation", 4, 0)]
    if given in ("nothing", "types"):
        assert rest == pulled == turned[0]
    else:
        assert abs(pulled - rest) > 1e-3 * abs(rest)
    if given == "distances":
        assert turned == pytest.approx([pulled] * 4, rel=1e-12)
    if given == "xyz":
        assert max(abs(each - pulled) for each in turned) > 1e-2 * abs(pulled)


def test_types_matter_where_they_are_given() -> None:
    cloud = named_cloud("ethanol")
    graph = bonds(cloud)
    assert output("types", cloud, cloud.positions, graph) != output("nothing", cloud, cloud.positions, graph)


@EVERY
def test_the_bonds_are_the_molecules(name: str) -> None:
    cloud = named_cloud(name)
    expected = {"water": 2, "methane": 4, "ethanol": 8, "benzene": 12}[name]
    assert bonds(cloud).edges.shape == (2, 2 * expected)


def test_the_features_are_one_hot() -> None:
    made = one_hot(named_cloud("water"))
    assert made.shape == (3, len(ELEMENTS))
    assert made.argmax(dim=1).tolist() == [ELEMENTS.index("O"), 0, 0]


def test_a_drag_is_shortened_and_keeps_its_direction() -> None:
    far = limited(torch.tensor([3.0, 0.0, 4.0], dtype=torch.float64))
    torch.testing.assert_close(far, torch.tensor([0.6, 0.0, 0.8], dtype=torch.float64) * FARTHEST)
    near = torch.tensor([0.1, 0.2, 0.0], dtype=torch.float64)
    assert torch.equal(limited(near), near)


def test_what_is_not_known_is_said() -> None:
    cloud = named_cloud("water")
    with pytest.raises(ValueError, match="Expected one of"):
        output("angles", cloud, cloud.positions, bonds(cloud))
    with pytest.raises(ValueError, match="Expected a molecule"):
        one_hot(named_cloud("sphere", 8))


def test_a_room_that_is_not_moved_changes_nothing() -> None:
    cloud = named_cloud("ethanol")
    graph = bonds(cloud)
    moved = pose().points(cloud.positions)
    assert output("xyz", cloud, moved, graph) == output("xyz", cloud, cloud.positions, graph)
