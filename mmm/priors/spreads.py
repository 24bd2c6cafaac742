"""Standard deviations over geos, as a sampler draws them.

A half-normal s.d. is the size of a normal number, and as that it is drawn, with a sign. Times
normal innovations the sign changes nothing; but geos that do not differ at all, which data often
cannot rule out, are a point like any other then, and not at the end of the long tail of a
logarithm. Other spreads are drawn on the log, which measured better (benchmarks/README.md).
"""

from typing import TYPE_CHECKING

from mmm.priors.table import Prior
from mmm.types import Tensor

if TYPE_CHECKING:
    from mmm.priors.parameters import Source


def signed_spread(name: str, prior: Prior, source: "Source", *dims: str) -> Tensor:
    """A number whose size, kept as ``name``, has the half-normal ``prior``; for products with
    innovations that are symmetric about zero, and for squares."""
    (scale,) = prior.parameters
    value = scale * source.standard(f"{name}_z", *dims)
    source.keep(name, source.xp.abs(value), *dims)
    return value
