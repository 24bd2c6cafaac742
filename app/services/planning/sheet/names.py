"""The variables of a model that rows of a sheet name: case, spaces and dashes do not matter."""

import re
from collections.abc import Mapping

from app.intake.plan_sheet import SheetRow
from mmm.counterfactual.variables import MEDIATOR, model_variables
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel

_BETWEEN = re.compile(r"[\s_\-]+")


def folded(name: str) -> str:
    """The name as it is compared with others."""
    return _BETWEEN.sub(" ", name).strip().casefold()


def matched(model: FittedModel, rows: tuple[SheetRow, ...]) -> list[tuple[str, SheetRow]]:
    """Each row with the variable that it names; raises QueryError for names that match none, or
    more than one."""
    known = _known(model)
    found, issues = [], []
    for row in rows:
        names = known.get(folded(row.name), ())
        if len(names) == 1:
            found.append((names[0], row))
        elif names:
            detail = f"{row.place}: {row.name!r} may be {' or '.join(map(repr, names))}"
            issues.append(Issue("/sheet", "ambiguous_name", f"{detail}; write one of them exactly"))
        else:
            every = sorted({name for some in known.values() for name in some})
            detail = f"{row.place}: {row.name!r} is nothing that can be planned; there is"
            issues.append(Issue("/sheet", "unknown_name", f"{detail} {', '.join(every)}"))
    if issues:
        raise QueryError(issues[:20])
    return found


def _known(model: FittedModel) -> Mapping[str, tuple[str, ...]]:
    """Names of variables by what they are compared with: their own name first, then that of the
    column of a channel where it names nothing else."""
    variables = [v.name for v in model_variables(model).values() if v.array != MEDIATOR]
    known: dict[str, tuple[str, ...]] = {}
    for name in variables:
        known[folded(name)] = (*known.get(folded(name), ()), name)
    exact = dict(known)
    for channel in model.spec.channels:
        column = getattr(channel, "column", None)
        if isinstance(column, str) and folded(column) not in exact:
            name = channel.name
            known[folded(column)] = tuple(dict.fromkeys((*known.get(folded(column), ()), name)))
    return known
