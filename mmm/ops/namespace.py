"""PyTensor as the array namespace of the equations, with its fused operations."""

from typing import Any

import pytensor.tensor as pt

from mmm.ops.media_curve import FUSED_MEDIA_CURVES


class _GraphNamespace:
    """``pytensor.tensor``, and ``fused_media_curves`` by kind of saturation."""

    fused_media_curves = FUSED_MEDIA_CURVES

    def __getattr__(self, name: str) -> Any:
        return getattr(pt, name)


GRAPH = _GraphNamespace()
