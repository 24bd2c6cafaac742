"""Adds to a drafted specification the weeks that recur and that nothing in it explains."""

import pandas as pd

from mmm.checks.recurring_weeks import recurring_weeks
from mmm.data.design import design_of
from mmm.data.draft import Draft
from mmm.data.panel import build_panel
from mmm.errors import DataError, SpecError
from mmm.spec.model import parse_spec


def with_recurring_weeks(draft: Draft, frame: pd.DataFrame) -> Draft:
    """``draft`` with an event for each group of recurring weeks of ``frame``, and a note on them.

    A draft that a person has to complete before it can be read is returned as it is.
    """
    try:
        spec = parse_spec(draft.model)
        found = recurring_weeks(design_of(spec, build_panel(frame, spec)))
    except (DataError, SpecError):
        return draft
    if found is None:
        return draft
    note = f"events: {found.sentence}"
    return Draft(model={**draft.model, "events": found.events()}, notes=(*draft.notes, note))
