"""PyTensor as the namespace of the equations, with what it is given in one operation."""

from typing import Any

import pytensor.tensor as pt

from mmm.ops.media_curve import MEDIA_CURVES


class _GraphArrays:
    """``pytensor.tensor``, and ``media_curves``: curves of media with carryover, by the kind of
    their saturation."""

    media_curves = MEDIA_CURVES

    def __getattr__(self, name: str) -> Any:
        return getattr(pt, name)


GRAPH = _GraphArrays()
