"""From a table to a design: checks, the panel, its scales, and bases of time."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.data.design import Design, design_of
    from mmm.data.panel import Panel, build_panel
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "Design": "mmm.data.design",
            "Panel": "mmm.data.panel",
            "build_panel": "mmm.data.panel",
            "design_of": "mmm.data.design",
        },
    )

__all__ = ["Design", "Panel", "build_panel", "design_of"]
