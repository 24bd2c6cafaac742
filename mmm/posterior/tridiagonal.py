"""Symmetric positive definite tridiagonal matrices, such as the precision of a Markov chain.

For P with ``diagonal (..., n)`` and ``off (..., n - 1)`` beside it, odd-even elimination removes
every second place at once: with E the removed places, O the others, and B their coupling,

    log det P  = log det P_E + log det S        S = P_O - B' P_E^-1 B, tridiagonal again
    x' P^-1 y  = x_E' P_E^-1 y_E + x_S' S^-1 y_S    x_S = x_O - B' P_E^-1 x_E

P_E is diagonal, so one round is a few operations on whole arrays and log2 n rounds suffice: linear
cost in n, no loop over places, and the same code for NumPy and PyTensor (Golub and Van Loan, Matrix
Computations, 4.5.4).
"""

import numpy as np

from mmm.types import Array, Namespace, Tensor


def half_solve(
    diagonal: Tensor, off: Tensor, sides: Tensor, n: int, xp: Namespace
) -> tuple[Tensor, Tensor]:
    """log det P (...), and H (..., n or more, m) with H' H = sides' P^-1 sides.

    ``sides (..., n, m)`` are the right-hand sides; all arguments have equal leading dimensions.
    """
    off = xp.concatenate([off, xp.zeros_like(off[..., :1])], axis=-1)
    log_det, parts = 0.0, []
    while n > 1:
        if n % 2:
            diagonal, off, sides = _pad(diagonal, off, sides, xp)
            n += 1
        n //= 2
        removed, across = diagonal[..., 0::2], off[..., 0::2]
        log_det = log_det + xp.log(removed).sum(-1)
        parts.append(sides[..., 0::2, :] / xp.sqrt(removed)[..., None])
        # remaining places: ``across`` couples them with the one before, ``onward`` with the next
        onward = off[..., 1::2]
        back, ahead = across / removed, onward / _next_place(removed, xp.ones_like, xp)
        rest = _next_place(across, xp.zeros_like, xp)
        diagonal = diagonal[..., 1::2] - back * across - ahead * onward
        later = sides[..., 0::2, :]
        later = xp.concatenate([later[..., 1:, :], xp.zeros_like(later[..., :1, :])], axis=-2)
        sides = sides[..., 1::2, :] - back[..., None] * sides[..., 0::2, :]
        sides = sides - ahead[..., None] * later
        off = -ahead * rest
    parts.append(sides / xp.sqrt(diagonal)[..., None])
    return log_det + xp.log(diagonal[..., 0]), xp.concatenate(parts, axis=-2)


def draw(diagonal: Array, off: Array, information: Array, rng: np.random.Generator) -> Array:
    """Draw (draw, n) from Normal(P^-1 information, P^-1), week by week from the last to the first.

    P = L D L' with a unit lower bidiagonal L. All arguments (draw, n), ``off`` one shorter.
    """
    pivot, reduced = diagonal.copy(), information.copy()
    slope = np.empty_like(off)
    for t in range(off.shape[-1]):
        slope[:, t] = off[:, t] / pivot[:, t]
        pivot[:, t + 1] -= slope[:, t] * off[:, t]
        reduced[:, t + 1] -= slope[:, t] * reduced[:, t]
    draws = reduced / pivot + rng.standard_normal(pivot.shape) / np.sqrt(pivot)
    for t in reversed(range(off.shape[-1])):
        draws[:, t] -= slope[:, t] * draws[:, t + 1]
    return draws


def _next_place(values: Tensor, last: Namespace, xp: Namespace) -> Tensor:
    """The value of each place's next neighbour; for the last place, ``last`` of a like array."""
    return xp.concatenate([values[..., 1:], last(values[..., :1])], axis=-1)


def _pad(
    diagonal: Tensor, off: Tensor, sides: Tensor, xp: Namespace
) -> tuple[Tensor, Tensor, Tensor]:
    """Add one uncoupled place, which changes neither result."""
    return (
        xp.concatenate([diagonal, xp.ones_like(diagonal[..., :1])], axis=-1),
        xp.concatenate([off, xp.zeros_like(off[..., :1])], axis=-1),
        xp.concatenate([sides, xp.zeros_like(sides[..., :1, :])], axis=-2),
    )
