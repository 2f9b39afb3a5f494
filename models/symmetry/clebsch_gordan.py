"""The Clebsch-Gordan product: how two tensors of degree l1 and l2 make one of degree l3.

    (a x b)_k = sum_ij C_ijk a_i b_j      with  D3(R) (a x b) = (D1(R) a) x (D2(R) b)  for every rotation R

That determines C, up to a factor, for |l1 - l2| <= l3 <= l1 + l2: 1 x 1 -> 0 is the dot product, 1 x 1 -> 1 the cross
product, 1 x 1 -> 2 the symmetric traceless matrix. Here it is solved as it stands. For a rotation by a small angle,
D = 1 + angle X, it becomes linear,

    sum_i C_ibc X1_ia + sum_j C_ajc X2_jb = sum_k X3_ck C_abk      with the generators X of the three axes,

and C is the null space of these equations, found by a singular value decomposition. To read, not to run: the networks
use e3nn's coefficients, with which these agree (the sign is free).
"""

from __future__ import annotations

import torch
from torch import Tensor

SMALL = 1e-10  # a singular value below it is a zero


def generators(degree: int) -> Tensor:
    """X of the rotations about x, y and z on real tensors of a degree, antisymmetric: (3, 2l+1, 2l+1) float64.

    In the basis Y_{-l} .. Y_l of spherical harmonics whose degree 1 is (x, y, z), the polar axis being y. The ladder
    operators give the complex ones, X = -i J; the change of basis makes them real.
    """
    m = torch.arange(-degree, degree + 1, dtype=torch.float64)
    ladder = torch.diag((degree * (degree + 1) - m[:-1] * (m[:-1] + 1)).sqrt(), -1).to(torch.complex128)  # J_+
    polar, first = torch.diag(m).to(torch.complex128), (ladder + ladder.T) / 2
    second = (ladder - ladder.T) / 2j
    q = torch.zeros(2 * degree + 1, 2 * degree + 1, dtype=torch.complex128)  # complex m from real m
    q[degree, degree] = 1
    for k in range(1, degree + 1):
        block = torch.tensor([[-1j, 1], [1j * (-1) ** k, (-1) ** k]], dtype=torch.complex128) / 2**0.5
        pair = slice(degree - k, degree + k + 1, 2 * k)  # rows and columns -k, k
        q[pair, pair] = block
    real = [-1j * (q.conj().T @ j @ q) for j in (second, -polar, -first)]  # about x, y, z
    return torch.stack(real).real


def clebsch_gordan(l1: int, l2: int, l3: int) -> Tensor:
    """C of shape (2 l1 + 1, 2 l2 + 1, 2 l3 + 1) float64, its first entry that is not 0 positive.

    sum_ij C_ijk^2 = 1 for each k: then the products of all l3 together have the norm of a times that of b.
    A Wigner 3j symbol is the same divided by sqrt(2 l3 + 1).
    Raises ValueError where the degrees do not couple, |l1 - l2| <= l3 <= l1 + l2 being violated.
    """
    if not abs(l1 - l2) <= l3 <= l1 + l2:
        raise ValueError(f"Expected |l1 - l2| <= l3 <= l1 + l2, got {l1}, {l2}, {l3}.")
    one, two, three = (torch.eye(2 * degree + 1, dtype=torch.float64) for degree in (l1, l2, l3))
    equations = [
        torch.einsum("ai,bj,ck->abcijk", x1.T, two, three)
        + torch.einsum("ai,bj,ck->abcijk", one, x2.T, three)
        - torch.einsum("ai,bj,ck->abcijk", one, two, x3)
        for x1, x2, x3 in zip(generators(l1), generators(l2), generators(l3), strict=True)
    ]
    size = one.shape[0] * two.shape[0] * three.shape[0]
    _, values, basis = torch.linalg.svd(torch.cat([equation.reshape(size, size) for equation in equations]))
    assert int((values < SMALL).sum()) == 1, "two irreps couple to a third in one way"
    c: Tensor = basis[-1].reshape(one.shape[0], two.shape[0], three.shape[0]) * three.shape[0] ** 0.5
    return c * torch.sign(c[c.abs() > SMALL][0])


def product(a: Tensor, b: Tensor, l3: int) -> Tensor:
    """(a x b)_k = sum_ij C_ijk a_i b_j: (.., 2 l1 + 1), (.., 2 l2 + 1) -> (.., 2 l3 + 1)."""
    c = clebsch_gordan((a.shape[-1] - 1) // 2, (b.shape[-1] - 1) // 2, l3).to(a)
    return torch.einsum("...i,...j,ijk->...k", a, b, c)
