"""What-if questions: the effect of do() on the kpi, from every posterior draw.

For two worlds that differ by the intervention alone, per draw s:

    effect_s = sum over the window and its carry-out of E[kpi | do(x), theta_s] - E[kpi | theta_s]

``interventional`` reports expected outcomes; ``forecast`` adds future states and noise to baseline
and scenario (the same in both; the effect stays one of expectations); ``counterfactual`` keeps the
realised noise of the observed weeks, so that the baseline is what was observed (``kinds``).
After the window own spend is zero in every compared world, or goes on with ``after: continue``.
"""

from datetime import timedelta

import numpy as np

from mmm.counterfactual.contrast import (
    Contrast,
    Found,
    Question,
    contrast,
    has_more_paths,
    shown_paths,
)
from mmm.counterfactual.currency import money
from mmm.counterfactual.extrapolation import beyond_observed
from mmm.counterfactual.future import timeline, without_tail_spend
from mmm.counterfactual.interventions import act
from mmm.counterfactual.question import (
    Counterfactual,
    CounterfactualAnswer,
    PathEffect,
    Spread,
    Uncertainty,
    WeekEffect,
)
from mmm.counterfactual.variables import Place, place_of, week_of
from mmm.errors import Issue, QueryError, pointer
from mmm.interval import effect, summarize
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import COUPLED
from mmm.spec.environment import COUNTS
from mmm.spec.structure import longest_delay
from mmm.types import Array

YEAR = 52
REMAINDER = ("interaction", "kpi")


def answer(model: FittedModel, request: Counterfactual) -> CounterfactualAnswer:
    """Answer ``request``; raises QueryError naming the field that cannot be answered."""
    question, warnings = _question(model, request)
    found = contrast(model, question, request.kind, request.seed)
    kpi, inside = found.kpi, np.s_[:, : question.width]
    return CounterfactualAnswer(
        effect=effect(kpi.change.sum(1)),
        effect_in_window=effect(kpi.change[inside].sum(1)),
        baseline=summarize(kpi.baseline[inside].sum(1)),
        scenario=summarize(kpi.scenario[inside].sum(1)),
        uncertainty=_uncertainty(found, question.width),
        money=money(model, question, found),
        by_path=_by_path(found),
        by_week=_by_week(question, kpi),
        unit=model.kpi_unit,
        kind=request.kind,
        warnings=(*warnings, *_notes(model, request, question)),
    )


def _question(model: FittedModel, request: Counterfactual) -> tuple[Question, list[str]]:
    start = week_of(model, request.window.start, "/window/start")
    end = week_of(model, request.window.end, "/window/end")
    latest = model.panel.weeks[-1] + timedelta(weeks=2 * YEAR)
    if end > latest:
        detail = f"{end} is more than two years past the data; the latest is {latest}"
        raise QueryError([Issue("/window/end", "too_far", detail)])
    tail = longest_delay(model.structure)
    base, warnings = timeline(model, end, tail, request.future, "last_year")
    stop = base.index(end) + 1
    if request.after == "zero":
        base = without_tail_spend(base, stop)
    scenario, notes = act(model, base, request.do, (start, end))
    places = _places(model, request)
    warnings += notes + beyond_observed(model, base, scenario, places)
    last = min(stop + tail, len(base.weeks))
    return Question(base, scenario, places, base.index(start), stop, last), warnings


def _places(model: FittedModel, request: Counterfactual) -> tuple[Place, ...]:
    """The variables intervened on, in order, each once."""
    found = [
        place_of(model, do.variable, pointer("do", i, "variable"))
        for i, do in enumerate(request.do)
    ]
    return tuple(dict.fromkeys(found))


def _by_path(found: Found) -> tuple[PathEffect, ...]:
    """Every path of every variable alone, and what they leave over where there are several."""
    rows = [PathEffect(path=path, effect=summarize(change)) for path, change in found.by_path]
    if len(rows) > 1:
        total = found.kpi.change.sum(1)
        rest = total - sum(change for _, change in found.by_path)
        # Rounding of sums is no interaction.
        rest = np.where(np.abs(rest) <= 1e-9 * np.abs(total), 0.0, rest)
        rows.append(PathEffect(path=REMAINDER, effect=summarize(rest)))
    return tuple(rows)


def _by_week(question: Question, kpi: Contrast) -> tuple[WeekEffect, ...]:
    return tuple(
        WeekEffect(
            week=question.base.weeks[question.start + i],
            baseline=summarize(kpi.baseline[:, i]),
            scenario=summarize(kpi.scenario[:, i]),
            effect=summarize(kpi.change[:, i]),
        )
        for i in range(kpi.change.shape[1])
    )


def _uncertainty(found: Found, width: int) -> Uncertainty:
    """Var(y) = Var(E[y | theta]) + E[Var(y | theta)], of the window's totals."""

    def spread(shown: Array, mean: Array) -> Spread:
        total, centre = shown[:, :width].sum(1), mean[:, :width].sum(1)
        return Spread(parameter_sd=float(centre.std()), noise_sd=float((total - centre).std()))

    return Uncertainty(
        baseline=spread(found.kpi.baseline, found.expected.baseline),
        scenario=spread(found.kpi.scenario, found.expected.scenario),
    )


def _notes(model: FittedModel, request: Counterfactual, question: Question) -> list[str]:
    """What the answer rests on beyond the question's own words."""
    notes = []
    for place in question.places:
        if not shown_paths(model, place):
            notes.append(f"{place.name} has no path to the kpi in this model: its effect is zero")
        elif has_more_paths(model, place):
            notes.append(
                f"{place.name} has more paths than are shown; interaction holds the others"
            )
    known = question.start < len(model.panel.weeks)
    if request.kind == "counterfactual" and question.end > len(model.panel.weeks):
        notes.append("realised noise is known for observed weeks only")
    if request.kind == "counterfactual" and known and model.structure.likelihood in COUNTS:
        notes.append(COUPLED)
    return notes
