"""The tensor network: shapes, irreps, the equation against plain e3nn, exact symmetry, smoothness at the cutoff."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import e3nn.nn
import pytest
import torch
from e3nn import o3
from torch import Tensor, nn
from torch.nn import functional as F

from models.graphs.graph import Graph, edge_vectors, radius_graph
from models.networks.tensor_net import Gate, TensorConvolution, TensorNetwork, _coded, _product, linear, radial_network
from models.symmetry.equivariance import ACTIONS, equivariance_error, random_transforms

CUTOFF = 2.0


@pytest.fixture
def positions() -> Tensor:
    return torch.randn(8, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


@lru_cache
def network(**options: object) -> TensorNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TensorNetwork(1, 8, 3, 2, **{"tensors": 3, "cutoff": CUTOFF, **options}).double()  # type: ignore[arg-type]


def ones(positions: Tensor) -> Tensor:
    return torch.ones(len(positions), 1, dtype=positions.dtype)


@pytest.fixture
def convolution() -> TensorConvolution:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return TensorConvolution(
            o3.Irreps("4x0e + 2x1o"),
            o3.Irreps("0e + 1o + 2e"),
            o3.Irreps("3x0e + 2x1o + 1e"),
            neighbors=4.0,
            basis=5,
            hidden=6,
        ).double()


def test_a_linear_map_is_e3nns_and_its_code_is_made_once() -> None:
    """Weights, output and gradient are those of e3nn's; each map has its own weights, in a precision of its own."""
    irreps = o3.Irreps("5x0e + 3x1o + 2x2e"), o3.Irreps("4x0e + 2x0o + 3x1o")
    made: list[o3.Linear] = []
    for build in (linear, linear, o3.Linear):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            made.append(build(*irreps))
    shared, other, plain = made
    assert shared._compiled_main is other._compiled_main
    other.double()
    with torch.no_grad():
        other.weight.zero_()
    x = torch.randn(7, irreps[0].dim, generator=torch.Generator().manual_seed(1))
    for _ in range(3):  # TorchScript optimizes what runs again
        outputs = [one(x) for one in (shared, plain)]
        gradients = [
            torch.autograd.grad(y.square().sum(), one.weight) for y, one in zip(outputs, made[::2], strict=True)
        ]
        assert torch.equal(*outputs)
        assert torch.equal(gradients[0][0], gradients[1][0])
        assert torch.equal(other(x.double()), torch.zeros(7, irreps[1].dim, dtype=torch.float64))
    assert (shared.weight.dtype, other.weight.dtype) == (torch.float32, torch.float64)
    copied = copy.deepcopy(nn.Sequential(shared, shared))
    again = copied[0]
    assert isinstance(again, o3.Linear)
    assert again is copied[1]
    assert again._compiled_main is shared._compiled_main
    assert again.weight is not shared.weight
    assert torch.equal(again(x), shared(x))
    assert isinstance(again.weight, Tensor)
    with torch.no_grad():
        again.weight.zero_()
    assert not torch.equal(again(x), shared(x))
    thawed = pickle.loads(pickle.dumps(shared))
    assert torch.equal(thawed(x), shared(x))


def test_more_layers_need_no_more_code() -> None:
    """From the third layer on all have the same irreps, so a first network of many layers is built as any other."""
    with torch.random.fork_rng(devices=[]):
        TensorNetwork(1, 7, 4, 2, tensors=3)
        before = _coded.cache_info().misses, _product.cache_info().misses
        TensorNetwork(1, 7, 6, 2, tensors=3).double()
        assert (_coded.cache_info().misses, _product.cache_info().misses) == before


def test_the_radial_network_is_e3nns_with_silu() -> None:
    made: list[nn.Module] = []
    builds: tuple[Callable[[], nn.Module], ...] = (
        lambda: radial_network(5, 6, 7),
        lambda: e3nn.nn.FullyConnectedNet([5, 6, 7], F.silu),
    )
    for build in builds:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(2)
            made.append(build())
    lengths = torch.randn(9, 5, generator=torch.Generator().manual_seed(6))
    assert torch.equal(made[0](lengths), made[1](lengths))
    assert list(made[0].state_dict()) == list(made[1].state_dict())


def test_the_convolution_is_its_equation(convolution: TensorConvolution, positions: Tensor) -> None:
    """f_i' = W 1/sqrt(z) sum_j f_j (x) Y, written edge by edge and path by path with e3nn's coefficients."""
    generator = torch.Generator().manual_seed(4)
    graph = radius_graph(positions, CUTOFF)
    f = torch.randn(8, 10, generator=generator, dtype=torch.float64)
    radial = torch.randn(graph.edges.shape[1], 5, generator=generator, dtype=torch.float64)
    y = o3.spherical_harmonics("0e + 1o + 2e", edge_vectors(positions, graph), True, normalization="component")
    weights, blocks = convolution.h(radial), convolution.between.slices()
    total = torch.zeros(8, convolution.between.dim, dtype=torch.float64)
    for edge, (source, target) in enumerate(graph.edges.T.tolist()):
        used = 0
        for first, second, result, _, _ in convolution.instructions:
            channels, one = convolution.irreps_in[first]
            two, three = convolution.irreps_harmonics[second].ir, convolution.between[result].ir
            c = o3.wigner_3j(one.l, two.l, three.l, dtype=torch.float64) * three.dim**0.5
            a = f[source, convolution.irreps_in.slices()[first]].reshape(channels, one.dim)
            b = y[edge, convolution.irreps_harmonics.slices()[second]]
            w = weights[edge, used : used + channels]
            total[target, blocks[result]] += torch.einsum("u,ui,j,ijk->uk", w, a, b, c).flatten()
            used += channels
        assert used == weights.shape[1]
    expected = convolution.mix(total / 4.0**0.5)
    torch.testing.assert_close(convolution(f, y, radial, graph), expected, rtol=1e-12, atol=1e-12)


def test_the_gate_is_that_of_e3nn() -> None:
    gated = o3.Irreps("3x1o + 3x1e + 2x2o + 2x2e")
    ours = Gate(4, 2, gated)
    theirs = e3nn.nn.Gate("4x0e + 2x0o", [F.silu, torch.tanh], "10x0e", [torch.sigmoid], gated)
    f = torch.randn(5, ours.irreps_in.dim, generator=torch.Generator().manual_seed(2))
    sorted_as_e3nn_does = torch.cat([f[:, 14:16], f[:, :14], f[:, 16:]], dim=1)  # 0o before 0e
    assert str(theirs.irreps_in) == "2x0o+14x0e+3x1o+3x1e+2x2o+2x2e"
    assert theirs.irreps_out == ours.irreps_out
    torch.testing.assert_close(ours(f), theirs(sorted_as_e3nn_does))
    assert ours(f).shape == (5, 4 + 2 + 9 + 9 + 10 + 10)


def test_the_convolution_has_the_documented_shapes(convolution: TensorConvolution, positions: Tensor) -> None:
    graph = radius_graph(positions, CUTOFF)
    edges = graph.edges.shape[1]
    made = convolution(torch.ones(8, 10).double(), torch.ones(edges, 9).double(), torch.ones(edges, 5).double(), graph)
    assert made.shape == (8, convolution.irreps_out.dim) == (8, 3 + 6 + 3)
    results = {convolution.between[path].ir for _, _, path, _, _ in convolution.instructions}
    assert results == {o3.Irrep("0e"), o3.Irrep("1o"), o3.Irrep("1e")}


@pytest.mark.parametrize("lmax", [0, 1, 2, 3])
def test_every_degree_is_equivariant_to_rounding_in_float64(lmax: int, positions: Tensor) -> None:
    model = network(lmax=lmax, extra="1x0o + 1x1e + 1x2e")
    parts = dict(zip(("scalar", "vector", "pseudoscalar", "pseudovector"), model.irreps_out.slices(), strict=False))

    def function(points: Tensor) -> dict[str, Tensor]:
        out = model.irreps(ones(points), points, radius_graph(points, CUTOFF))
        return {name: out[:, part] for name, part in parts.items()}

    for kind in ("rotation", "reflection", "translation"):
        found = equivariance_error(function, positions, random_transforms(kind, 3, 0), {n: ACTIONS[n] for n in parts})
        assert all(summary.maximum < 1e-12 for summary in found.values()), found
        assert found["scalar"].norm > 0.1
        assert (found["vector"].norm > 0.01) == (lmax > 0)
        assert (found["pseudoscalar"].norm > 1e-6) == (lmax > 0)


def test_degree_two_turns_with_its_wigner_matrix(positions: Tensor) -> None:
    model = network(lmax=3, extra="1x2e")
    tensor = model.irreps_out.slices()[2]
    before = model.irreps(ones(positions), positions, radius_graph(positions, CUTOFF))[:, tensor]
    for transform in random_transforms("rotation", 4, 1):
        moved = transform.points(positions)
        after = model.irreps(ones(moved), moved, radius_graph(moved, CUTOFF))[:, tensor]
        d = o3.Irrep("2e").D_from_matrix(transform.matrix)
        torch.testing.assert_close(after, before @ d.T, rtol=0, atol=1e-6 * float(before.detach().norm()))
    assert float(before.detach().norm()) > 1e-3


def test_an_odd_scalar_tells_a_molecule_from_its_mirror_image_and_an_even_one_does_not(positions: Tensor) -> None:
    model = network(extra="1x0o")
    mirrored = positions * torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    one, other = (model.irreps(ones(x), x, radius_graph(x, CUTOFF)) for x in (positions, mirrored))
    odd, even = model.irreps_out.slices()[2], model.irreps_out.slices()[0]
    torch.testing.assert_close(other[:, even], one[:, even], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(other[:, odd], -one[:, odd], rtol=1e-10, atol=1e-12)
    assert float(one[:, odd].detach().abs().max()) > 1e-4


def test_the_rounds_are_even_scalars_and_the_positions_as_they_came(positions: Tensor) -> None:
    model, graph = network(), radius_graph(positions, CUTOFF)
    made = list(model.rounds(ones(positions), positions, graph))
    assert [h.shape for h, _ in made] == [(8, 8)] * 3
    assert all(x is positions for _, x in made)
    moved = random_transforms("reflection", 1, 0)[0].points(positions)
    for (h, _), (turned, _) in zip(made, model.rounds(ones(moved), moved, radius_graph(moved, CUTOFF)), strict=True):
        torch.testing.assert_close(h, turned, rtol=1e-10, atol=1e-10)


def test_the_output_has_the_documented_layout(positions: Tensor) -> None:
    model, graph = network(extra="2x0o"), radius_graph(positions, CUTOFF)
    out, prediction = model.irreps(ones(positions), positions, graph), model(ones(positions), positions, graph)
    assert out.shape == (8, 2 + 3 + 2)
    assert str(model.irreps_out) == "2x0e+1x1o+2x0o"
    assert torch.equal(prediction.scalars, out[:, :2])
    assert prediction.vectors is not None
    assert torch.equal(prediction.vectors, out[:, 2:5])


def test_a_neighbor_that_leaves_over_the_cutoff_is_let_go_smoothly() -> None:
    """Output and gradient do not jump where the edge disappears."""
    model = network()

    def at(distance: float) -> tuple[Tensor, Tensor]:
        x = torch.tensor([[0.0, 0, 0], [1, 0, 0], [-distance, 0, 0]], dtype=torch.float64, requires_grad=True)
        energy = model(ones(x), x, radius_graph(x.detach(), CUTOFF)).scalars.sum()
        (gradient,) = torch.autograd.grad(energy, x)
        return energy.detach(), gradient

    for inside, outside in pairwise([at(CUTOFF - 1e-3), at(CUTOFF + 1e-3)]):
        torch.testing.assert_close(inside[0], outside[0], rtol=0, atol=1e-8)
        torch.testing.assert_close(inside[1], outside[1], rtol=0, atol=1e-6)
    assert not torch.allclose(at(1.2)[0], at(1.6)[0], atol=1e-4)


def test_forces_are_the_gradient(positions: Tensor) -> None:
    model = network(lmax=1)
    graph = radius_graph(positions[:4], CUTOFF)
    assert graph.edges.shape[1] > 4
    x = positions[:4].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda p: model(ones(p), p, graph).scalars.sum(), (x,))


def test_two_points_on_one_place_and_a_node_alone_give_numbers() -> None:
    x = torch.tensor([[0.0, 0, 0], [0, 0, 0], [1, 0, 0], [50, 0, 0]], dtype=torch.float64, requires_grad=True)
    graph = Graph(torch.tensor([[0, 1, 0, 2], [1, 0, 2, 0]]), 4)
    prediction = network()(ones(x), x, graph)
    assert prediction.vectors is not None
    (gradient,) = torch.autograd.grad(prediction.scalars.sum() + prediction.vectors.sum(), x)
    assert bool(torch.isfinite(gradient).all())
    assert bool((prediction.vectors[3] == 0).all())


def test_a_cast_keeps_the_coefficients_exact() -> None:
    for dtype in (torch.float64, torch.float32):
        irreps = o3.Irreps("2e")
        made = TensorConvolution(irreps, irreps, irreps, neighbors=1.0, basis=2, hidden=2).to(dtype).double()
        (constant,) = (c for name, c in made.product.named_buffers() if name.endswith("_w3j_2_2_2"))
        assert torch.equal(constant, o3.wigner_3j(2, 2, 2, dtype=torch.float64))


@pytest.mark.parametrize("option", [{"lmax": -1}, {"cutoff": 0.0}, {"neighbors": 0.0}])
def test_what_makes_no_network_is_refused(option: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Expected lmax >= 0, cutoff > 0 and neighbors > 0"):
        TensorNetwork(1, **option)  # type: ignore[arg-type]


def test_the_models_are_imported_without_e3nn() -> None:
    """It takes seconds: a server starts without it."""
    script = "import sys, models, models.networks.zoo, models.graphs.clouds; print('e3nn' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "False"
