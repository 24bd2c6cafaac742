"""A first specification from a table: every column with its role and the evidence for it.

The name of a column and its values have to agree; a column whose meaning is unclear is left out and
said so, because a wrong control biases effects. The draft passes its own check: what the panel
would refuse is taken back, with the reason.
"""

import numpy as np
import pandas as pd

from mmm.checks.prior import precheck
from mmm.checks.recurring_weeks import recurring_weeks
from mmm.data.design import design_of
from mmm.data.panel import Panel, build_panel
from mmm.draft.answer import Draft
from mmm.draft.columns import columns_of
from mmm.draft.keys import draft_keys
from mmm.draft.market import draft_market
from mmm.draft.media import draft_media
from mmm.draft.mediators import draft_mediators
from mmm.draft.names_apart import with_names_apart
from mmm.draft.noise import draft_noise
from mmm.draft.outcome import draft_currency, draft_outcome
from mmm.draft.sketch import Sketch
from mmm.draft.surroundings import draft_surroundings
from mmm.errors import DataError, SpecError
from mmm.spec.model import ModelSpec, parse_spec
from mmm.tables.recipe import Recipe

DROPPED = ("mediators", "controls", "events", "competitors")
"""What a draft gives up where the weeks are too few, in this order."""


def draft_model(frame: pd.DataFrame, recipe: Recipe | None = None) -> Draft:
    """The draft of a specification for ``frame``; ``recipe``: how its file was read.

    A field that the table does not answer holds a placeholder, with a question about it.
    """
    sketch = Sketch(columns_of(frame))
    draft_keys(sketch, recipe.date if recipe else None)
    draft_outcome(sketch)
    draft_currency(sketch, (recipe.signs if recipe else None) or ())
    draft_market(sketch)
    draft_media(sketch)
    draft_surroundings(sketch)
    draft_noise(sketch)
    sketch.model = with_names_apart(sketch.model)
    draft_mediators(sketch)
    _check(sketch)
    return sketch.finished()


def _check(sketch: Sketch) -> None:
    """Take back what the panel would refuse, until the draft passes or a person has to decide."""
    for _ in range(len(sketch.table.names)):
        try:
            spec = parse_spec(sketch.model)
            panel = build_panel(sketch.table.frame, spec)
            sketch.warnings += precheck(spec, panel).warnings
            _recurring(sketch, spec, panel)
        except (DataError, SpecError) as error:
            if error.issues[0].code == "column_missing":  # a placeholder, with a question about it
                return
            if not _take_back(sketch, error):
                sketch.warnings += [str(issue) for issue in error.issues]
                return
        else:
            return


def _recurring(sketch: Sketch, spec: ModelSpec, panel: Panel) -> None:
    """Add the weeks that recur every year and that nothing in the draft explains."""
    found = recurring_weeks(design_of(spec, panel))
    if found is not None and found.groups:
        events = sketch.model.get("events", [])
        assert isinstance(events, list)
        sketch.model["events"] = [*events, *found.events()]


def _take_back(sketch: Sketch, error: DataError | SpecError) -> bool:
    """Drop the last controls, events or rivals where weeks are too few or a list is too long, or
    the part that is refused; False where nothing is left to drop."""
    issue = error.issues[0]
    parts = issue.pointer.split("/")
    if issue.code == "too_few_weeks":
        key = next((key for key in DROPPED if sketch.model.get(key)), None)
        if key is not None:
            return _drop(sketch, key, -1, issue.detail)
        return _drop_smallest_channel(sketch, issue.detail)
    if len(parts) > 1 and parts[1] == "holidays":
        sketch.model.pop("holidays", None)
        sketch.warnings.append(f"no holidays: {issue.detail}")
        return True
    if len(parts) < 2 or parts[1] not in (*DROPPED, "channels") or parts[1] not in sketch.model:
        return False
    if len(parts) == 2:
        return issue.code == "too_long" and _drop(sketch, parts[1], -1, issue.detail)
    return _drop(sketch, parts[1], int(parts[2]), issue.detail)


def _drop_smallest_channel(sketch: Sketch, reason: str) -> bool:
    """Drop the channel with the least spend, or an owned one if only these are left with it."""
    channels = sketch.model["channels"]
    assert isinstance(channels, list)
    spend = {
        position: float(np.nansum(sketch.table.numbers[column].values))
        for position, each in enumerate(channels)
        if (column := each if isinstance(each, str) else each["column"]) in sketch.table.numbers
        and (isinstance(each, str) or "cost" not in each)
    }
    if len(channels) < 2 or not spend:
        return False
    position = min(spend, key=spend.__getitem__) if len(spend) > 1 else -1
    return _drop(sketch, "channels", position, reason)


def _drop(sketch: Sketch, key: str, position: int, reason: str) -> bool:
    listed = sketch.model[key]
    assert isinstance(listed, list)
    item = listed.pop(position)
    columns = [item] if isinstance(item, str) else [str(value) for value in item.values()]
    for column in columns:
        if column in sketch.table.names:
            sketch.take_back(column, f"left out: {reason}")
    if not listed:
        del sketch.model[key]
    return True
