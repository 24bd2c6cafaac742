"""What-if questions: the effect of do() on the KPI, from every posterior draw.

For two worlds that differ only by the intervention, per draw s:

    effect_s = sum of E[kpi | do(x), theta_s] - E[kpi | theta_s]
               over the window and its carryover after the window

``interventional`` reports expected outcomes; ``forecast`` adds future states and noise to baseline
and scenario (the same in both; the effect stays a difference of expectations); ``counterfactual``
keeps the realised noise of the observed weeks, so that the baseline is what was observed
(``mmm.posterior.predictive``). After the window own spend is zero in both worlds. With ``after:
continue`` it goes on in both alike: as observed, and after the data at the window's mean per week.
"""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from mmm.counterfactual.assumed_sign import sign_is_assumed
from mmm.counterfactual.contrast import (
    Contrast,
    CounterfactualDraws,
    WorldPair,
    contrast,
    has_more_paths,
    reported_paths,
)
from mmm.counterfactual.currency import currency_effects
from mmm.counterfactual.extrapolation import extrapolation_warnings
from mmm.counterfactual.future import extend_timeline, with_spend_after, without_tail_spend
from mmm.counterfactual.interventions import apply_interventions
from mmm.counterfactual.plausible import LARGEST_TIMES, Cause, require_plausible
from mmm.counterfactual.question import (
    Counterfactual,
    CounterfactualAnswer,
    PathEffect,
    Uncertainty,
    UncertaintySplit,
    WeekEffect,
)
from mmm.counterfactual.reactions import reactions, with_reactions
from mmm.counterfactual.reference import ReferenceChoice
from mmm.counterfactual.variables import VariableRef, find_variable, require_week_start
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.evidence import GradeNote
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import RANK_COUPLING_NOTE
from mmm.spec.edges import KPI
from mmm.spec.environment import COUNTS
from mmm.spec.structure import longest_delay
from mmm.summarize import effect, summarize
from mmm.types import Array

YEAR = 52
REMAINDER = ("interaction", "kpi")


def answer(
    model: FittedModel, request: Counterfactual, *, times: float = LARGEST_TIMES
) -> CounterfactualAnswer:
    """Answer ``request``; raises QueryError naming the field that cannot be answered.

    That includes a world with a week beyond ``times`` the largest one observed (``plausible``).
    """
    pair, warnings = _world_pair(model, request)
    with np.errstate(over="ignore", invalid="ignore"):  # a world too far away is refused below
        draws = contrast(model, pair, request.kind, request.seed)
        require_plausible(model, draws, _causes(model, request, pair), times)
    kpi, inside = draws.kpi, np.s_[:, : pair.width]
    assumed = sign_is_assumed(model, pair)
    return CounterfactualAnswer(
        effect=effect(kpi.change.sum(1), sign_assumed=assumed),
        effect_in_window=effect(kpi.change[inside].sum(1), sign_assumed=assumed),
        baseline=summarize(kpi.baseline[inside].sum(1)),
        scenario=summarize(kpi.scenario[inside].sum(1)),
        uncertainty=_uncertainty(draws, pair.width),
        money=currency_effects(model, pair, draws),
        by_path=_by_path(draws),
        by_week=_by_week(pair, kpi),
        unit=model.kpi_unit,
        kind=request.kind,
        evidence=_evidence(model, pair),
        warnings=(*warnings, *_notes(model, request, pair)),
    )


def _causes(model: FittedModel, request: Counterfactual, pair: WorldPair) -> list[Cause]:
    """What the question changes: by its interventions, and by the values given for the future."""
    by_do = [
        Cause(pointer("do", i), find_variable(model, do.variable, ""), pair.scenario)
        for i, do in enumerate(request.do)
    ]
    by_future = [
        Cause(pointer("future", name), find_variable(model, name, ""), pair.base)
        for name in request.future
    ]
    return by_do + by_future


def _evidence(model: FittedModel, pair: WorldPair) -> dict[str, GradeNote] | None:
    """The grades of the channels and the price intervened on; None without a record."""
    if model.evidence is None:
        return None
    grades = model.evidence.grades()
    return {v.name: grades[v.name] for v in pair.variables if v.name in grades}


def _world_pair(model: FittedModel, request: Counterfactual) -> tuple[WorldPair, list[str]]:
    """The two worlds that ``request`` compares, and warnings about what they assume."""
    start = require_week_start(model, request.window.start, "/window/start")
    end = require_week_start(model, request.window.end, "/window/end")
    latest = model.panel.weeks[-1] + timedelta(weeks=2 * YEAR)
    if end > latest:
        detail = f"{end} is more than two years past the data; the latest is {latest}"
        raise QueryError([Issue("/window/end", "too_far", detail)])
    tail = longest_delay(model.structure)
    reference = ReferenceChoice(request.reference, request.reference_spend)
    base, warnings = extend_timeline(model, end, tail, request.future, reference)
    stop = base.index(end) + 1
    if request.after == "zero":
        base = without_tail_spend(base, stop)
    else:
        level = base.spend[base.index(start) : stop].mean(0)
        channels = range(model.structure.n_channels)
        base = with_spend_after(base, max(stop, len(model.panel.weeks)), level, channels)
    scenario, notes = apply_interventions(model, base, request.do, (start, end))
    variables = _intervened_variables(model, request)
    scenario, following, said = with_reactions(model, base, scenario, variables, base.index(start))
    variables += following
    warnings += said + notes + extrapolation_warnings(model, base, scenario, variables)
    last = min(stop + tail, len(base.weeks))
    return WorldPair(base, scenario, variables, base.index(start), stop, last), warnings


def _intervened_variables(model: FittedModel, request: Counterfactual) -> tuple[VariableRef, ...]:
    """The variables intervened on, in order, each once."""
    variables = [
        find_variable(model, do.variable, pointer("do", i, "variable"))
        for i, do in enumerate(request.do)
    ]
    return tuple(dict.fromkeys(variables))


def _by_path(draws: CounterfactualDraws) -> tuple[PathEffect, ...]:
    """The effect along every path of every variable, and the remainder where there are several."""
    rows = [PathEffect(path=path, effect=summarize(change)) for path, change in draws.by_path]
    if len(rows) > 1:
        total = draws.kpi.change.sum(1)
        rest = total - sum(change for _, change in draws.by_path)
        # A rounding error of the sums is not an interaction.
        rest = np.where(np.abs(rest) <= 1e-9 * np.abs(total), 0.0, rest)
        rows.append(PathEffect(path=REMAINDER, effect=summarize(rest)))
    return tuple(rows)


def _by_week(pair: WorldPair, kpi: Contrast) -> tuple[WeekEffect, ...]:
    return tuple(
        WeekEffect(
            week=pair.base.weeks[pair.start + i],
            baseline=summarize(kpi.baseline[:, i]),
            scenario=summarize(kpi.scenario[:, i]),
            effect=summarize(kpi.change[:, i]),
        )
        for i in range(kpi.change.shape[1])
    )


def _uncertainty(draws: CounterfactualDraws, width: int) -> Uncertainty:
    """Var(y) = Var(E[y | theta]) + E[Var(y | theta)], of the window's totals."""

    def split(outcome: Array, mean: Array) -> UncertaintySplit:
        total, expected = outcome[:, :width].sum(1), mean[:, :width].sum(1)
        noise = total - expected
        return UncertaintySplit(parameter_sd=float(expected.std()), noise_sd=float(noise.std()))

    return Uncertainty(
        baseline=split(draws.kpi.baseline, draws.expected.baseline),
        scenario=split(draws.kpi.scenario, draws.expected.scenario),
    )


def _edges_held_fixed(model: FittedModel, pair: WorldPair) -> Iterator[str]:
    """Declared edges out of what was changed that no equation of the model carries."""
    changed = {variable.name for variable in pair.variables}
    carried = {*model.structure.mediators, KPI}
    carried |= {each.effect.name for each in reactions(model)}
    for edge in model.spec.edges.add:
        if edge.cause in changed and edge.effect not in carried | changed:
            yield (
                f"{edge.cause} -> {edge.effect} is declared, but no equation of the model carries "
                f"it: {edge.effect} is held as it is"
            )


def _notes(model: FittedModel, request: Counterfactual, pair: WorldPair) -> list[str]:
    """Assumptions of the answer that the question does not state."""
    notes = []
    if sign_is_assumed(model, pair):
        notes.append(
            "the sign of this effect is an assumption of the model (media never lower the KPI), so "
            "no probability of it is told"
        )
    notes += _edges_held_fixed(model, pair)
    for variable in pair.variables:
        if not reported_paths(model, variable):
            notes.append(
                f"{variable.name} has no path to the KPI in this model: its effect is zero"
            )
        elif has_more_paths(model, variable):
            notes.append(
                f"{variable.name} has more paths than are shown; interaction holds the others"
            )
    overlaps_data = pair.start < len(model.panel.weeks)
    if request.kind == "counterfactual" and pair.end > len(model.panel.weeks):
        notes.append("realised noise is known for observed weeks only")
    if request.kind == "counterfactual" and overlaps_data and model.structure.likelihood in COUNTS:
        notes.append(RANK_COUPLING_NOTE)
    return notes
