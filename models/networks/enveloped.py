"""A tensor network whose messages end at the cutoff by the polynomial envelope, as interatomic potentials use it.

    f_i' = 1/sqrt(z) sum_j f_j (x)_{h(b(r) u(r / r_c))} Y(r_ij)        u of `networks/radial.py`, b Gaussian bumps

h has no bias, so it vanishes with its input. Importing this brings e3nn.
"""

from __future__ import annotations

from e3nn.math import soft_one_hot_linspace
from torch import Tensor

from models.networks.radial import polynomial_envelope
from models.networks.tensor_net import TensorNetwork


class EnvelopedTensor(TensorNetwork):
    """A `TensorNetwork` with the envelope u, whose value and first two derivatives are 0 at the cutoff."""

    def radial(self, lengths: Tensor) -> Tensor:
        """(e) -> (e, basis)."""
        bumps = soft_one_hot_linspace(lengths, 0.0, self.cutoff, self.basis, basis="gaussian", cutoff=False)
        window: Tensor = bumps * self.basis**0.5 * polynomial_envelope(lengths, self.cutoff)[:, None]
        return window
