"""From a table to a drafted specification: a role for every column, and what is left to decide."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.draft.answer import Draft
    from mmm.draft.make import draft_model
else:
    __getattr__ = lazy_names(
        __name__, {"Draft": "mmm.draft.answer", "draft_model": "mmm.draft.make"}
    )

__all__ = ["Draft", "draft_model"]
