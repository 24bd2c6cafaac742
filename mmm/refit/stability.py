"""Stability of a refit: how far each quantity moved, whether that was expected, and the causes.

For a quantity q with draws before (old data) and after (old and new data):

    move        = E[q | all] - E[q | old]                    in_sd = move / sd[q | old]
    expected_sd = sqrt(Var[q | old] - Var[q | all])          surprise = move / expected_sd

If the model is right, the law of total variance gives E[(E[q | all] - E[q | old])^2 | old] =
Var[q | old] - E[Var[q | all] | old]: new data move a posterior mean by as much as they narrow the
posterior (Hausman 1978, Specification tests in econometrics, has the same difference of variances).
The variances are estimated from draws, so two standard errors of their difference and the Monte
Carlo variances of both means are added: sampling alone gives no surprise.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mmm.data.panel import Panel
from mmm.data.panel_to_table import panel_to_table
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.posterior.older_defaults import older_defaults_note
from mmm.refit.append_weeks import Restatement, restated_cells
from mmm.refit.causes import LIMIT, importance_weights, means_if_restated
from mmm.refit.new_weeks import forecast_of, new_weeks
from mmm.refit.quantities import QuantityKey, effective_draws, quantities
from mmm.refit.report import QuantityMove, RestatedCell, StabilityReport
from mmm.refit.stability_checks import stability_checks, stability_summary, worst_status
from mmm.refit.weekly_density import weekly_log_density
from mmm.summarize import summarize
from mmm.types import Array


def cut_to_first_weeks(model: FittedModel, count: int) -> FittedModel:
    """``model`` with its panel, and its draws by week, cut to the first ``count`` weeks.

    The posterior is still that of all weeks; questions are then about the first weeks only.
    """
    draws = model.posterior.dataset
    if "date" in draws.dims:
        draws = draws.isel(date=slice(0, count))
    unseen = ~np.isfinite(model.panel.array("mediators")[:count])
    for i, name in enumerate(model.structure.mediators):
        cell = f"unseen_{name}_cell"  # in the order of weeks
        if cell in draws.dims:
            draws = draws.isel({cell: slice(0, int(unseen[..., i].sum()))})
    panel = Panel(model.panel.data.isel(date=slice(0, count)))
    return replace(model, design=model.design.on_panel(panel), posterior=Posterior(draws))


MAX_LISTED_CELLS = 100


def stability(old: FittedModel, new: FittedModel, seed: int = 0) -> StabilityReport:
    """The moves from ``old`` to ``new``, whose data continue those of ``old``."""
    common = len(old.panel.weeks)
    table = panel_to_table(new.panel, new.spec)
    cells = restated_cells(old, table, new.spec)
    before, after = quantities(old), quantities(cut_to_first_weeks(new, common))
    density = weekly_log_density(new)[:, common:]
    causes, notes = _causes(old, new, cells, before, after, density)
    newer = older_defaults_note(new)
    moves = tuple(
        _move(old, new, name, before[name], after[name], causes[name])
        for name in before
        if name in after
    )
    forecast = forecast_of(old, table, seed)
    weeks = new_weeks(old, new, forecast, density, before, after)
    checks = stability_checks(old, new, moves, weeks, forecast)
    status = worst_status(checks)
    return StabilityReport(
        status=status,
        summary=stability_summary(status, moves, weeks, len(cells)),
        start=old.panel.weeks[0],
        end=old.panel.weeks[-1],
        kpi_unit=new.kpi_unit,
        checks=checks,
        moved=moves,
        new_weeks=weeks,
        restated=tuple(_restated_cell(cell) for cell in cells[:MAX_LISTED_CELLS]),
        restated_count=len(cells),
        specification_changed=old.spec != new.spec,
        notes=tuple(notes if newer is None else (*notes, newer)),
    )


type MoveCauses = tuple[float | None, float | None, float | None]
"""Moves by restated numbers, by the specification and by new weeks; None where unknown."""

type Means = dict[QuantityKey, float]


def _causes(
    old: FittedModel,
    new: FittedModel,
    cells: tuple[Restatement, ...],
    before: Mapping[QuantityKey, Array],
    after: Mapping[QuantityKey, Array],
    density: Array,
) -> tuple[dict[QuantityKey, MoveCauses], list[str]]:
    """For each quantity, the moves by restated numbers, the specification and new weeks; notes."""
    notes: list[str] = []
    restated: Means | None = {name: float(draws.mean()) for name, draws in before.items()}
    if cells:
        restated, k = means_if_restated(old, cells)
        if restated is None:
            why = f"k = {k:.2f} above {LIMIT}" if np.isfinite(k) else "no finite weights"
            notes.append(f"the effect of restated numbers cannot be estimated: {why}")
    same, weeks = old.spec == new.spec, density.shape[1]
    without: Means | None = {name: float(draws.mean()) for name, draws in after.items()}
    if weeks and not same:
        left_out = importance_weights(-density.sum(1))
        without = {name: float(left_out.weights @ draws) for name, draws in after.items()}
        if not left_out.usable:
            without = None
            notes.append(
                "new weeks cannot be separated from the changed specification: "
                f"k = {left_out.k:.2f} above {LIMIT}"
            )
    causes: dict[QuantityKey, MoveCauses] = {}
    for name in before.keys() & after.keys():
        start, end = float(before[name].mean()), float(after[name].mean())
        first = restated[name] - start if restated and name in restated else None
        if same:
            causes[name] = _causes_same_spec(end - start, first, weeks)
        else:
            causes[name] = _causes_new_spec(
                end - start, first, end - without[name] if without else None
            )
    return causes, notes


def _causes_same_spec(move: float, restated: float | None, weeks: int) -> MoveCauses:
    """With the same specification, new weeks explain what restated numbers do not."""
    if not weeks:
        return move, 0.0, 0.0
    return (None, 0.0, None) if restated is None else (restated, 0.0, move - restated)


def _causes_new_spec(move: float, restated: float | None, new: float | None) -> MoveCauses:
    """With a new specification, it explains what the data do not."""
    if restated is None or new is None:
        return restated, None, new
    return restated, move - restated - new, new


def _move(
    old: FittedModel,
    new: FittedModel,
    name: QuantityKey,
    before: Array,
    after: Array,
    causes: MoveCauses,
) -> QuantityMove:
    move = float(after.mean() - before.mean())
    expected = expected_move(
        before, after, effective_draws(old, before), effective_draws(new, after)
    )
    restated, specification, weeks = causes
    return QuantityMove(
        name=name[1],
        kind=name[0],
        before=summarize(before),
        after=summarize(after),
        move=move,
        in_sd=move / float(before.std()),
        expected_sd=expected,
        surprise=move / expected,
        by_restated=restated,
        by_specification=specification,
        by_new_weeks=weeks,
    )


def expected_move(before: Array, after: Array, n_before: float, n_after: float) -> float:
    """S.d. of the difference of the means if both posteriors are right, as above.

    ``n_before``, ``n_after``: effective numbers of draws.
    """
    var_before, var_after = float(before.var()), float(after.var())
    error = np.sqrt(2.0 * (var_before**2 / n_before + var_after**2 / n_after))
    monte_carlo = var_before / n_before + var_after / n_after
    return float(np.sqrt(max(var_before - var_after, 0.0) + 2.0 * error + monte_carlo))


def _restated_cell(cell: Restatement) -> RestatedCell:
    old, new = (None if np.isnan(number) else number for number in (cell.old, cell.new))
    return RestatedCell(column=cell.column, week=cell.week, geo=cell.geo, old=old, new=new)
