"""A network of spherical tensors: scalars, vectors and tensors of higher degree l at each node, parity included.

    f_i' = 1/sqrt(z) sum_{j in N(i)} f_j (x)_{h(|x_ij|)} Y(x_ij / |x_ij|)        `TensorConvolution`

Y are the spherical harmonics of degree 0 to lmax, (x) is the tensor product of irreps, each path l1 x l2 -> l3 of which
is weighted by a number that the network h makes from the length |x_ij|, and z is the mean degree of a node (Thomas et
al., arXiv:1802.08219; Batzner et al., arXiv:2101.03164; Geiger and Smidt, arXiv:2207.09453). Why it is equivariant:
Y(R u) = D(R) Y(u), the product couples D x D to D, and lengths do not change. Scalars pass through an activation,
everything else is only scaled by a gate made from scalars. An irrep is written as degree and parity: 0e scalar, 1o
vector, 1e pseudovector, 0o pseudoscalar, which is the one that tells a molecule from its mirror image.

Importing e3nn, which this rests on, takes seconds: import this module where a network is built and not before.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import lru_cache

import e3nn
import torch
from e3nn import o3
from e3nn.math import normalize2mom, soft_one_hot_linspace
from e3nn.nn import FullyConnectedNet
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph, edge_vectors
from models.networks.geometric import GeometricModel
from models.networks.message_passing import aggregate
from models.symmetry.prediction import Prediction

# With so few channels a search for a better order of the sums gains nothing, and takes as long as all else of a build.
e3nn.set_optimization_defaults(optimize_einsums=False)
Instructions = tuple[tuple[int, int, int, str, bool], ...]


@lru_cache(maxsize=64)
def _product(
    irreps_in: o3.Irreps,
    irreps_harmonics: o3.Irreps,
    between: o3.Irreps,
    instructions: Instructions,
    dtype: torch.dtype,
    device: torch.device,
) -> o3.TensorProduct:
    """The tensor product without weights of its own, its Clebsch-Gordan coefficients exact in this dtype.

    Cast from float32 they would stay wrong by 1e-8 in float64. It is the same for every layer of these irreps.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        made = o3.TensorProduct(
            irreps_in, irreps_harmonics, between, list(instructions), shared_weights=False, internal_weights=False
        )
    finally:
        torch.set_default_dtype(before)
    return made.to(device)


class Linear(o3.Linear):  # type: ignore[misc]  # e3nn has no types
    """e3nn's linear map, whose copies share its code: e3nn would write it out and compile it again, for 10 ms each."""

    def __deepcopy__(self, memo: dict[int, object]) -> Linear:
        made = memo[id(self)] = _alike(self)
        for part in ("_parameters", "_buffers"):
            made.__dict__[part] = copy.deepcopy(self.__dict__[part], memo)
        return made


def _alike(one: o3.Linear) -> Linear:
    """Another of the same code, whose weights may be replaced."""
    made = Linear.__new__(Linear)
    made.__dict__.update({name: part.copy() if isinstance(part, dict) else part for name, part in vars(one).items()})
    return made


@lru_cache(maxsize=256)
def _coded(irreps_in: o3.Irreps, irreps_out: o3.Irreps, dtype: torch.dtype) -> o3.Linear:
    with torch.random.fork_rng(devices=[]):
        return o3.Linear(irreps_in, irreps_out)


def linear(irreps_in: o3.Irreps, irreps_out: o3.Irreps) -> Linear:
    """o3.Linear(irreps_in, irreps_out) with weights of its own, drawn as e3nn draws them.

    Its code, which takes e3nn longer to make than all else of a layer, is shared with the others of these irreps.
    """
    made = _alike(_coded(irreps_in, irreps_out, torch.get_default_dtype()))
    if made.weight_numel:
        made.weight = nn.Parameter(torch.randn(made.weight_numel))
    return made


@lru_cache(maxsize=8)
def _normal(activation: Callable[[Tensor], Tensor]) -> nn.Module:
    """The activation times a constant, so that its mean square is 1 where the input is normal."""
    made: nn.Module = normalize2mom(activation)
    return made


def radial_network(*sizes: int) -> FullyConnectedNet:
    """FullyConnectedNet(sizes, SiLU) of e3nn, which would measure the constant of SiLU anew, from a million numbers."""
    made = FullyConnectedNet(list(sizes))
    for layer in list(made)[:-1]:
        layer.act = _normal(F.silu)
    return made


class TensorConvolution(nn.Module):
    """f_i' = W 1/sqrt(z) sum_j f_j (x)_{h(|x_ij|)} Y(x_ij / |x_ij|): (n, irreps_in) -> (n, irreps_out).

    irreps: of the input, of the harmonics and of the output. A path l1 x l2 -> l3 is kept where it leads to an irrep of
    the output; it couples each channel by itself ("uvu"), and the linear map W mixes channels of one irrep afterwards.
    neighbors: z, the mean degree; a constant, since a degree counted anew would let far nodes change each other's
    output. basis, hidden: inputs and width of the radial network h. It has no bias: where its input vanishes, at the
    cutoff, so does the message.
    """

    def __init__(
        self,
        irreps_in: o3.Irreps,
        irreps_harmonics: o3.Irreps,
        irreps_out: o3.Irreps,
        *,
        neighbors: float,
        basis: int,
        hidden: int,
    ) -> None:
        super().__init__()
        self.irreps_in, self.irreps_harmonics, self.irreps_out = irreps_in, irreps_harmonics, irreps_out
        self.neighbors = neighbors
        paths = [
            (channels, first, second, result)
            for first, (channels, one) in enumerate(irreps_in)
            for second, (_, two) in enumerate(irreps_harmonics)
            for result in one * two
            if result in irreps_out
        ]
        # e3nn wants the paths' results side by side and sorted, so that one linear map can mix all of an irrep.
        self.between, order, _ = o3.Irreps([(channels, result) for channels, _, _, result in paths]).sort()
        self.instructions: Instructions = tuple(
            sorted((first, second, order[path], "uvu", True) for path, (_, first, second, _) in enumerate(paths))
        )
        self.mix = linear(self.between.simplify(), irreps_out)
        self.h = radial_network(basis, hidden, self.product.weight_numel)

    @property
    def product(self) -> o3.TensorProduct:
        """The tensor product in the dtype and on the device of the weights; it is shared, and never cast."""
        at = self.mix.weight
        return _product(self.irreps_in, self.irreps_harmonics, self.between, self.instructions, at.dtype, at.device)

    def forward(self, f: Tensor, harmonics: Tensor, radial: Tensor, graph: Graph) -> Tensor:
        """f: (n, irreps_in), harmonics: (e, irreps_harmonics), radial: (e, basis) -> (n, irreps_out)."""
        messages = self.product(f[graph.sources], harmonics, self.h(radial))  # (e, between)
        mixed: Tensor = self.mix(aggregate(messages, graph, "sum") / self.neighbors**0.5)  # (n, between) -> (n, out)
        return mixed


class Gate(nn.Module):
    """Scalars through an activation, each other channel v times sigmoid(s) of a scalar s of its own.

    even, odd: channels of 0e, through SiLU, and of 0o, through tanh, which is odd as well; gated: the irreps of l > 0.
    (n, irreps_in = even + gates + odd + gated) -> (n, irreps_out = even + odd + gated). Geiger and Smidt, section 3.4.
    """

    def __init__(self, even: int, odd: int, gated: o3.Irreps) -> None:
        super().__init__()
        self.parts = [even, int(gated.num_irreps), odd, int(gated.dim)]
        wide = [ir.dim for channels, ir in gated for _ in range(channels)]
        self.gate_of: Tensor
        """(gated), the gate of each component: those of one channel share theirs."""
        self.register_buffer("gate_of", torch.arange(len(wide)).repeat_interleave(torch.tensor(wide, dtype=torch.long)))
        self.irreps_in = o3.Irreps(f"{even + gated.num_irreps}x0e + {odd}x0o") + gated
        self.irreps_out = o3.Irreps(f"{even}x0e + {odd}x0o") + gated
        self.even, self.odd, self.opened = (_normal(each) for each in (F.silu, torch.tanh, torch.sigmoid))

    def forward(self, f: Tensor) -> Tensor:
        """(n, irreps_in) -> (n, irreps_out)."""
        even, gates, odd, gated = torch.split(f, self.parts, dim=-1)
        return torch.cat([self.even(even), self.odd(odd), self.opened(gates)[:, self.gate_of] * gated], dim=-1)


class TensorLayer(nn.Module):
    """f_i' = gate( W f_i + convolution(f)_i ): (n, irreps_in) -> (n, irreps_out).

    irreps: those of the output that can be reached from the input, 0e first. Even scalars pass through SiLU, odd ones
    through tanh, which is odd as well; each other channel v is multiplied by sigmoid(s) of a scalar s of its own.
    """

    def __init__(
        self,
        irreps_in: o3.Irreps,
        irreps_harmonics: o3.Irreps,
        irreps: o3.Irreps,
        *,
        neighbors: float,
        basis: int,
        hidden: int,
    ) -> None:
        super().__init__()
        products = {result for _, one in irreps_in for _, two in irreps_harmonics for result in one * two}
        reached = [(channels, irrep) for channels, irrep in irreps if irrep in products | {ir for _, ir in irreps_in}]
        even, odd = (sum(channels for channels, ir in reached if ir == o3.Irrep(name)) for name in ("0e", "0o"))
        self.gate = Gate(even, odd, o3.Irreps([(channels, irrep) for channels, irrep in reached if irrep.l > 0]))
        self.irreps_out: o3.Irreps = self.gate.irreps_out
        self.own = linear(irreps_in, self.gate.irreps_in)
        self.convolution = TensorConvolution(
            irreps_in, irreps_harmonics, self.gate.irreps_in, neighbors=neighbors, basis=basis, hidden=hidden
        )

    def forward(self, f: Tensor, harmonics: Tensor, radial: Tensor, graph: Graph) -> Tensor:
        """f: (n, irreps_in), harmonics: (e, irreps_harmonics), radial: (e, basis) -> (n, irreps_out)."""
        gated: Tensor = self.gate(self.own(f) + self.convolution(f, harmonics, radial, graph))
        return gated


class TensorNetwork(GeometricModel):
    """Scalars in, equivariant convolutions, `outputs` scalars and one vector out; further irreps on request.

    hidden: channels of 0e; tensors: channels of each other irrep up to lmax, both parities.
    extra: irreps to put out beside `outputs x 0e + 1 x 1o`, such as "1x0o" for a chirality; see `irreps`.
    cutoff: a length; messages end there smoothly, in all derivatives. neighbors: mean degree of a node in the data.
    basis: radial functions between 0 and the cutoff.
    Raises ValueError for an lmax below 0 or a cutoff or number of neighbors that is not positive.
    """

    def __init__(
        self,
        features: int,
        hidden: int = 32,
        layers: int = 3,
        outputs: int = 1,
        *,
        lmax: int = 2,
        tensors: int = 8,
        extra: str = "",
        cutoff: float = 5.0,
        neighbors: float = 4.0,
        basis: int = 10,
    ) -> None:
        super().__init__(layers)
        if lmax < 0 or cutoff <= 0 or neighbors <= 0:
            raise ValueError(f"Expected lmax >= 0, cutoff > 0 and neighbors > 0, got {lmax}, {cutoff}, {neighbors}.")
        self.hidden, self.cutoff, self.basis = hidden, cutoff, basis
        self.irreps_harmonics = o3.Irreps.spherical_harmonics(lmax)  # 0e + 1o + 2e + ..
        self.irreps_out = o3.Irreps(f"{outputs}x0e + 1x1o") + o3.Irreps(extra)
        inner = [(hidden, "0e"), (tensors, "0o")]
        inner += [(tensors, f"{degree}{parity}") for degree in range(1, lmax + 1) for parity in "oe"]
        irreps = o3.Irreps([(hidden, "0e")])
        self.embedding = nn.Linear(features, hidden)
        self.layers = nn.ModuleList()
        for _ in range(layers):
            layer = TensorLayer(
                irreps, self.irreps_harmonics, o3.Irreps(inner), neighbors=neighbors, basis=basis, hidden=hidden
            )
            self.layers.append(layer)
            irreps = layer.irreps_out
        self.readout = linear(irreps, self.irreps_out)

    def irreps(self, features: Tensor, positions: Tensor, graph: Graph) -> Tensor:
        """All that is put out, laid out as `irreps_out`: (n, d), (n, 3) -> (n, irreps_out). l = 1 is x, y, z."""
        *_, f = self._layers(features, positions, graph)
        out: Tensor = self.readout(f)
        return out

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x) after each layer: the even scalars (n, hidden) and the positions as they came."""
        for f in self._layers(features, positions, graph):
            yield f[:, : self.hidden], positions

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d), positions: (n, 3), a length -> scalars (n, k), vectors (n, 3)."""
        out = self.irreps(features, positions, graph)
        scalars, vectors = (out[:, part] for part in self.irreps_out.slices()[:2])
        return Prediction(scalars, vectors)

    def radial(self, lengths: Tensor) -> Tensor:
        """Smooth functions of an edge's length that end at the cutoff, of about unit variance: (e) -> (e, basis)."""
        bumps = soft_one_hot_linspace(lengths, 0.0, self.cutoff, self.basis, basis="smooth_finite", cutoff=True)
        scaled: Tensor = bumps * self.basis**0.5
        return scaled

    def _layers(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[Tensor]:
        """All channels after each layer, (n, irreps of the layer); 0e first."""
        x = edge_vectors(positions, graph)  # (e, 3)
        lengths = torch.linalg.vector_norm(x, dim=-1)  # (e, 3) -> (e)
        harmonics = o3.spherical_harmonics(self.irreps_harmonics, x, normalize=True, normalization="component")
        radial = self.radial(lengths)  # (e) -> (e, basis)
        f = self.embedding(features)  # (n, d) -> (n, hidden), all 0e
        for layer in self.layers:
            f = layer(f, harmonics, radial, graph)
            yield f
