"""A file becomes a weekly table, and a recipe that says how it was read."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.tables.read import Table, read_table
    from mmm.tables.recipe import Recipe
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "Recipe": "mmm.tables.recipe",
            "Table": "mmm.tables.read",
            "read_table": "mmm.tables.read",
        },
    )

__all__ = ["Recipe", "Table", "read_table"]
