"""What-if questions: the effect of do() on the kpi, from every posterior draw.

For two worlds that differ by the intervention alone, per draw s:

    effect_s = sum over the window and its carry-out of E[kpi | do(x), theta_s] - E[kpi | theta_s]

``interventional`` reports expected outcomes; ``forecast`` adds noise and future shocks to baseline
and scenario (the same in both worlds, so the effect is unchanged); ``counterfactual`` keeps the
realised noise of the observed weeks (abduction, action, prediction: Pearl, Causality, 2009, 7.1):
with additive noise the baseline is what was observed, the scenario that plus the effect.
After the window own spend is zero in every compared world, or goes on with ``after: continue``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mmm.do import apply_do
from mmm.errors import Issue, QueryError, pointer
from mmm.evaluate import mean_by_geo, outcome, with_noise
from mmm.fitted import FittedModel
from mmm.future import timeline, week_of, without_tail_spend
from mmm.interval import effect, summarize
from mmm.names import Place, place_of, read
from mmm.question import Counterfactual, CounterfactualAnswer, Do, PathEffect, WeekEffect
from mmm.timeline import Variables, observed
from mmm.types import Array

YEAR = 52


@dataclass(frozen=True)
class _Question:
    """Positions on the timeline: the window is start..stop-1, its carry-out stop..end-1."""

    world: Variables
    start: int
    stop: int
    end: int


def answer(model: FittedModel, request: Counterfactual) -> CounterfactualAnswer:
    """Answer ``request``; raises QueryError naming the field that cannot be answered."""
    question, warnings = _question(model, request)
    places = [
        place_of(model, do.variable, pointer("do", i, "variable"))
        for i, do in enumerate(request.do)
    ]
    actions = list(zip(request.do, places, strict=True))
    scenario = _act(model, request, question, actions, range(len(actions)))
    warnings += _beyond_observed(model, question.world, scenario, places)
    span = slice(question.start, question.end)
    before = outcome(model, question.world)[:, span]
    after = outcome(model, scenario)[:, span]
    by_path = _by_path(model, request, question, actions, before, after)
    change, width = after - before, question.stop - question.start
    shown, note = _with_noise(model, request, question, before)
    return CounterfactualAnswer(
        effect=effect(change.sum(1)),
        effect_in_window=effect(change[:, :width].sum(1)),
        baseline=summarize(shown[:, :width].sum(1)),
        scenario=summarize((shown + change)[:, :width].sum(1)),
        by_path=by_path,
        by_week=tuple(
            WeekEffect(
                week=question.world.weeks[question.start + i],
                baseline=summarize(shown[:, i]),
                scenario=summarize(shown[:, i] + change[:, i]),
                effect=summarize(change[:, i]),
            )
            for i in range(change.shape[1])
        ),
        unit=model.kpi_unit,
        kind=request.kind,
        warnings=tuple(warnings + note),
    )


def _question(model: FittedModel, request: Counterfactual) -> tuple[_Question, list[str]]:
    start = week_of(model, request.window.start, "/window/start")
    end = week_of(model, request.window.end, "/window/end")
    latest = model.panel.weeks[-1] + timedelta(weeks=2 * YEAR)
    if end > latest:
        detail = f"{end} is more than two years past the data; the latest is {latest}"
        raise QueryError([Issue("/window/end", "too_far", detail)])
    tail = model.structure.max_lag
    world, warnings = timeline(model, end, tail, request.future, "last_year")
    stop = world.index(end) + 1
    if request.after == "zero":
        world = without_tail_spend(world, stop)
    return _Question(world, world.index(start), stop, min(stop + tail, len(world.weeks))), warnings


def _act(
    model: FittedModel,
    request: Counterfactual,
    question: _Question,
    actions: Sequence[tuple[Do, Place]],
    chosen: Sequence[int],
) -> Variables:
    world, window = question.world, (request.window.start, request.window.end)
    for index in chosen:
        world = apply_do(model, world, actions[index][0], window, pointer("do", index))
    return world


def _beyond_observed(
    model: FittedModel, world: Variables, scenario: Variables, places: Sequence[Place]
) -> list[str]:
    history = observed(model.panel)
    found = []
    for place in dict.fromkeys(places):
        seen, asked = read(history, place), read(scenario, place)
        asked = asked[asked != read(world, place)]
        if asked.size and (asked.max() > seen.max() or asked.min() < seen.min()):
            found.append(
                f"{place.name} from {asked.min():,.6g} to {asked.max():,.6g} goes beyond the "
                f"observed {seen.min():,.6g} to {seen.max():,.6g}: the answer rests on the "
                "model's shape there"
            )
    return found


def _by_path(
    model: FittedModel,
    request: Counterfactual,
    question: _Question,
    actions: Sequence[tuple[Do, Place]],
    before: Array,
    after: Array,
) -> tuple[PathEffect, ...]:
    """Each variable's own intervention alone, and what they leave over when there are several."""
    total = (after - before).sum(1)
    variables = list(dict.fromkeys(place.name for _, place in actions))
    if len(variables) == 1:
        return (PathEffect(path=(variables[0], "kpi"), effect=summarize(total)),)
    rows, rest = [], total.copy()
    for name in variables:
        chosen = [i for i, (_, place) in enumerate(actions) if place.name == name]
        alone = outcome(model, _act(model, request, question, actions, chosen))
        change = (alone[:, question.start : question.end] - before).sum(1)
        rest -= change
        rows.append(PathEffect(path=(name, "kpi"), effect=summarize(change)))
    return (*rows, PathEffect(path=("interaction", "kpi"), effect=summarize(rest)))


def _with_noise(
    model: FittedModel, request: Counterfactual, question: _Question, before: Array
) -> tuple[Array, list[str]]:
    """Baseline draws as the kind of question shows them."""
    weeks = question.end - question.start
    if request.kind == "forecast":
        mean = mean_by_geo(model, question.world, request.seed)[:, question.start : question.end]
        return with_noise(model, mean, request.seed).sum(-1), []
    if request.kind == "interventional":
        return before, []
    history = observed(model.panel)
    known = min(max(len(history.weeks) - question.start, 0), weeks)
    factual = outcome(model, history)[:, question.start : question.start + known]
    kpi = model.panel.array("kpi").sum(1)[question.start : question.start + known]
    shown = before.copy()
    shown[:, :known] += kpi - factual
    future = weeks > known
    return shown, ["realised noise is known for observed weeks only"] if future else []
