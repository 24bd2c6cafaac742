"""Array types and the array-namespace protocol shared by the pure modules."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type IndexArray = NDArray[np.intp]
type Mask = NDArray[np.bool_]

type Tensor = Any
"""An array of the namespace ``xp``: numpy.ndarray or pytensor TensorVariable."""

type Namespace = Any
"""``numpy`` or ``pytensor.tensor``: where, exp, log, concatenate, ones_like, zeros_like."""

type Parameters = Mapping[str, Tensor]
"""Parameters of a model by name, each with leading draw dimensions or none."""
