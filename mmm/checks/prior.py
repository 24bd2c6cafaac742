"""What a specification implies before the fit: media's share of sales, and total ROI.

The priors of single channels may each look modest and together imply more than all sales. The share
is that of the channels' contributions, over all their paths, in the KPI that was observed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.checks.recurring_weeks import RecurringWeeks, recurring_weeks
from mmm.checks.weak_points import weak_points
from mmm.data.between import between_sentences
from mmm.data.design import Design, design_of
from mmm.data.effective_cost import cost_sentences
from mmm.data.late_columns import late_sentences
from mmm.data.panel import Panel
from mmm.errors import Issue, SpecError
from mmm.interval import Interval
from mmm.lift.exclusion import excluded_cells
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel, Method
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from mmm.priors.sample import prior_draws
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec
from mmm.summarize import summarize
from mmm.types import Array

DRAWS = 300


MAX_CELLS = 20_000_000


WHOLE_KPI = 1.0


@dataclass(frozen=True)
class ImpliedMediaShare:
    """Media's share of the observed KPI under the prior; ``by_channel`` in channel order."""

    total: Interval
    by_channel: tuple[Interval, ...]
    warnings: tuple[str, ...]


def prior_model(design: Design, draws: int, seed: int = 0) -> FittedModel:
    """Prior draws as a model that answers questions; it has seen no KPI and is never stored."""
    perfect = {rule.name: rule.caution for rule in RULES}
    return FittedModel(
        design=design,
        posterior=Posterior(prior_draws(design, draws, seed)),
        verdict=judge(perfect),
        diagnostics={},
        method=Method("none", "0", "prior", SamplingSpec(), 0.0),
    )


def affordable_prior_model(design: Design, most: int = DRAWS) -> FittedModel:
    """``prior_model`` with ``most`` draws, or as many as a large panel affords, at least 50."""
    cells = design.panel.array("kpi").size * max(len(design.spec.channels), 1)
    return prior_model(design, int(np.clip(MAX_CELLS // cells, 50, most)))


def check_implied_media_share(design: Design) -> ImpliedMediaShare | None:
    """The implied share of media; None where no channel's effect is stated and defaults hold.

    Raises SpecError where the share exceeds all sales in the median, or has no finite mean.
    """
    share = implied_media_share(design)
    if share and not (share.total.p50 <= WHOLE_KPI and isfinite(share.total.mean)):
        raise SpecError([_share_issue(design.spec, share.total, share.by_channel)])
    return share


def implied_media_share(design: Design) -> ImpliedMediaShare | None:
    """As ``check_implied_media_share``, without raising."""
    spec, panel = design.spec, design.panel
    stated = [channel.prior.effect for channel in spec.channels]
    if not any(stated):
        return None
    model = affordable_prior_model(design)
    share = channel_contributions(model) / panel.array("kpi").sum()
    total = summarize(share.sum(1))
    by_channel = tuple(summarize(column) for column in share.T)
    warnings = [*_long_tail_warnings(spec, total, by_channel), *_total_roi_warnings(spec, model)]
    return ImpliedMediaShare(total, by_channel, tuple(warnings))


def _share_issue(spec: ModelSpec, total: Interval, by_channel: tuple[Interval, ...]) -> Issue:
    worst, name = _largest_channel(spec, by_channel)
    kind = (spec.channels[worst].prior.effect or ("effect", None))[0]
    detail = (
        f"the priors imply that media cause {total.p50:.0%} of all sales (median; 90 %: "
        f"{total.p5:.0%} to {total.p95:.0%}); most comes from {name!r} "
        f"({by_channel[worst].p50:.0%}): lower its {kind}, or check units and value_per_unit"
    )
    return Issue(f"/channels/{worst}/prior/{kind}", "implied_media_share", detail)


def _long_tail_warnings(
    spec: ModelSpec, total: Interval, by_channel: tuple[Interval, ...]
) -> Iterator[str]:
    if total.p95 > WHOLE_KPI:
        _, name = _largest_channel(spec, by_channel)
        yield (
            f"the priors allow media to cause more than all sales: {total.p50:.0%} in the median, "
            f"{total.p95:.0%} at the upper 5 %; most comes from {name!r}"
        )


def _total_roi_warnings(spec: ModelSpec, model: FittedModel) -> Iterator[str]:
    """Warnings about total ROI: a stated ROI is that of the direct effect, and mediators add to
    it."""
    s = model.structure
    mediated = {s.media[medium].source for medium in s.paths}
    stated = [
        (i, channel.name, effect[0])
        for i, channel in enumerate(spec.channels)
        if (effect := channel.prior.effect) and i in mediated and "roi" in effect[0]
    ]
    if not stated:
        return
    roi: Array = return_draws(model)[0]
    for i, name, kind in stated:
        total = summarize(roi[:, i])
        yield (
            f"{name!r} also acts through a mediator: with its {kind} for the direct effect the "
            f"prior of its total ROI has the median {total.p50:.2g} (90 %: {total.p5:.2g} to "
            f"{total.p95:.2g})"
        )


def _largest_channel(spec: ModelSpec, by_channel: tuple[Interval, ...]) -> tuple[int, str]:
    worst = int(np.argmax([share.p50 for share in by_channel]))
    return worst, spec.channels[worst].name


def assumptions_of_panel(spec: ModelSpec, panel: Panel) -> tuple[str, ...]:
    """What the panel assumes where the table is silent: costs of exposure averaged over weeks,
    what stands before columns that begin late, and between numbers that come rarely."""
    sentences = [*late_sentences(spec), *between_sentences(spec)]
    if "paid" in panel.data:
        exposure = panel.array("spend") / panel.array("unit_cost")
        sentences += cost_sentences(spec, panel.array("paid"), exposure)
    return tuple(sentences)


@dataclass(frozen=True)
class Precheck:
    """The result of ``precheck``; ``implied_media_share`` is of the observed KPI, None where no
    channel's effect is stated. ``recurring``: weeks that recur and that nothing models."""

    implied_media_share: Interval | None
    recurring: RecurringWeeks | None
    warnings: tuple[str, ...]


def precheck(spec: ModelSpec, panel: Panel) -> Precheck:
    """Check a specification against its panel before a fit.

    Raises SpecError where holidays, lift tests or stated effects do not fit the panel.
    """
    design = design_of(spec, panel)
    excluded_cells(resolve_lift_tests(design), panel)
    share = check_implied_media_share(design)
    recurring = recurring_weeks(design)
    warnings = (
        *assumptions_of_panel(spec, panel),
        *(share.warnings if share else ()),
        *weak_points(design),
        *([recurring.sentence] if recurring else ()),
    )
    return Precheck(share.total if share else None, recurring, warnings)
