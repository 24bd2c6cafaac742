"""Regression with autocorrelated errors, integrated over their autocorrelation, and its forecast.

    y_t = x_t' beta + u_t,   u_t = sigma (sqrt(m) a_t + sqrt(1 - m) e_t),   p(beta, log sigma) flat
    a_t = rho a_{t-1} + sqrt(1 - rho^2) z_t,   e_t, z_t ~ N(0, 1)

AR(1) errors are m = 1. Where m is less, a slow part (a market that drifts) lies beneath the noise
of the days; taken for AR(1) alone it would look short, and the interval of a mean over weeks too
narrow. Given rho and m, beta and every contrast of the coming y are Student's t (generalised least
squares). A grid of both is weighted by its posterior, S the weighted squared residuals and V the
covariance:

    p(rho, m | y)  ~  p(rho, m) |V|^(-1/2) |X'V^-1 X|^(-1/2) S^(-df/2)

so that the forecast is a mixture of t distributions. With the one point rho = 0 it is time-based
regression (Kerman, Wang and Vaver 2017). V^-1 is applied by the Kalman filter, all points at once.
"""

from dataclasses import dataclass

import numpy as np

from mmm.experiments.estimators.mixture import Mixture
from mmm.types import Array


@dataclass(frozen=True)
class Memory:
    """Points of the grid: rho, share m and prior weight, all (point,)."""

    rho: Array
    share: Array
    prior: Array

    def reweighted(self, prior: Array) -> "Memory":
        """The same points with other prior weights."""
        return Memory(self.rho, self.share, prior)


def _grid() -> Memory:
    """No memory, and slow parts that halve within up to eleven periods.

    What lasts longer is a level for a window of weeks; its weight would only widen every interval.
    """
    rho = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94])
    share = np.array([0.15, 0.3, 0.5, 0.75, 1.0])
    points = np.array([(0.0, 1.0), *((one, part) for one in rho for part in share)])
    return Memory(points[:, 0], points[:, 1], np.full(len(points), 1.0 / len(points)))


MEMORY = _grid()
INDEPENDENT = Memory(np.zeros(1), np.ones(1), np.ones(1))
"""Errors without memory."""


@dataclass(frozen=True)
class Regression:
    """Series to be continued: y (series, time), x (series, time, term), ahead (series, coming,
    term).

    ``spent``: degrees of freedom that each series has lost before (series,), such as the free
    weights of its donors. ``pull``: (term,), the precision of a normal prior about zero of each
    term's coefficient, over 1 / sigma^2; none where it is None.
    """

    y: Array
    x: Array
    ahead: Array
    spent: Array
    pull: Array | None = None


@dataclass(frozen=True)
class Forecast:
    """Of the coming values at each point: path (series, point, coming), weight (series, point).

    ``fitted``: (series, time), the regression's own mean over the history.

    ``factor``: (series, point, coming, coming), the covariance of the coming values over sigma^2;
    ``variance``: (series, point), the estimate of sigma^2; df: (series,); ``evidence``: (series,
    point), the log marginal likelihood up to a constant of the series.
    """

    fitted: Array
    path: Array
    weight: Array
    evidence: Array
    factor: Array
    variance: Array
    df: Array

    @property
    def expected(self) -> Array:
        """Mean of the coming values: (series, coming)."""
        return np.asarray(np.einsum("br,brh->bh", self.weight, self.path))

    def contrast(self, weights: Array) -> Mixture:
        """The distribution of ``weights . coming``; weights (series, coming)."""
        location = np.einsum("bh,brh->br", weights, self.path)
        spread = np.einsum("bh,brhk,bk->br", weights, self.factor, weights)
        return self._mixture(location, spread)

    def each(self) -> Mixture:
        """The distribution of each coming value: leading dimensions (series, coming)."""
        location = np.moveaxis(self.path, 1, 2)
        spread = np.moveaxis(np.diagonal(self.factor, axis1=2, axis2=3), 1, 2)
        return self._mixture(location, spread)

    def _mixture(self, location: Array, spread: Array) -> Mixture:
        between = tuple(1 for _ in location.shape[1:-1])
        shape = (len(self.df), *between, self.weight.shape[1])
        full = location.shape
        return Mixture(
            weight=np.broadcast_to(self.weight.reshape(shape), full),
            location=location,
            scale=np.sqrt(spread * self.variance.reshape(shape)),
            df=np.broadcast_to(self.df.reshape((len(self.df), *between, 1)), full),
            logarithm=np.zeros(full[-1], dtype=np.bool_),
        )


def forecast(regression: Regression, memory: Memory = MEMORY) -> Forecast:
    """Continue each series over its coming periods."""
    y, x, ahead = regression.y, regression.x, regression.ahead
    terms, coming = x.shape[2], ahead.shape[1]
    df = np.maximum(y.shape[1] - terms - regression.spent, 1.0)
    white, log_det, next_slow, next_variance = _whiten(
        np.concatenate([x, y[..., None]], axis=2), memory
    )
    gram = np.einsum("trbp,trbq->brpq", white, white, optimize=True)
    if regression.pull is not None:
        gram[..., range(terms), range(terms)] += regression.pull
    inverse = np.linalg.inv(gram[..., :terms, :terms])
    beta = np.einsum("brpq,brq->brp", inverse, gram[..., :terms, terms])
    rest = gram[..., terms, terms] - np.einsum("brp,brp->br", beta, gram[..., :terms, terms])
    rest = np.maximum(rest, 1e-12 * gram[..., terms, terms] + 1e-300)
    evidence = 0.5 * np.linalg.slogdet(inverse)[1] - 0.5 * log_det
    evidence = evidence - 0.5 * df[:, None] * np.log(rest)
    weight = memory.prior * np.exp(evidence - evidence.max(axis=1, keepdims=True))
    decay = memory.rho[:, None] ** np.arange(coming)
    slow = np.swapaxes(next_slow, 0, 1)
    lever = ahead[:, None] - decay[None, :, :, None] * slow[:, :, None, :terms]
    path = np.einsum("brhp,brp->brh", lever, beta) + decay * slow[..., terms, None]
    factor = np.einsum("brhp,brpq,brkq->brhk", lever, inverse, lever, optimize=True)
    factor += _coming_covariance(memory, next_variance, coming)
    weight = weight / weight.sum(axis=1, keepdims=True)
    return Forecast(
        fitted=np.einsum("btp,brp,br->bt", x, beta, weight, optimize=True),
        path=path,
        weight=weight,
        evidence=evidence,
        factor=factor,
        variance=rest / df[:, None],
        df=df,
    )


def _whiten(z: Array, memory: Memory) -> tuple[Array, Array, Array, Array]:
    """Independent residuals (time, point, series, column) of z (series, time, column).

    With them log |V| (point,), and of the slow part of the next period its mean (point, series,
    column) and variance (point,).
    """
    rho, share = memory.rho[:, None, None], memory.share[:, None, None]
    slow = np.zeros((len(memory.rho), len(z), z.shape[2]))
    variance = share
    white = np.empty((z.shape[1], *slow.shape))
    log_det = np.zeros_like(rho)
    for t in range(z.shape[1]):
        total = variance + (1.0 - share)
        surprise = z[None, :, t] - slow
        white[t] = surprise / np.sqrt(total)
        log_det = log_det + np.log(total)
        gain = variance / total
        slow = rho * (slow + gain * surprise)
        variance = rho**2 * variance * (1.0 - gain) + (1.0 - rho**2) * share
    return white, log_det[:, 0, 0], slow, variance[:, 0, 0]


def _coming_covariance(memory: Memory, first: Array, coming: int) -> Array:
    """Covariance of the coming errors over sigma^2, ``first`` that of the slow part at their start:
    (point, coming, coming)."""
    step = np.arange(coming)
    rho, share = memory.rho[:, None, None], memory.share[:, None, None]
    apart, together = np.abs(step[:, None] - step), step[:, None] + step
    slow = share * (rho**apart - rho**together) + first[:, None, None] * rho**together
    return np.asarray(slow + (1.0 - share) * np.eye(coming))
