"""The checks of a fit that compare its draws with the data, and notes for people.

They cover residuals, responses outside the observed spend, and lift tests.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mmm.attribution.response_curves import curve_draws
from mmm.checks.lift import largest_z, lift_checks
from mmm.checks.lift_check import LiftCheck
from mmm.checks.predictive import predictive_values, uncertainty_ratio
from mmm.checks.prior import assumptions_of_panel, implied_media_share
from mmm.data.design import design_of
from mmm.lift.exclusion import kept_cells, lift_notes
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.counts_memory import week_ahead
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.posterior.older_defaults import older_defaults_note
from mmm.posterior.verdict import DRAFT_NOTE, judge
from mmm.types import Array


def assess(unjudged: FittedModel, seed: int) -> FittedModel:
    """The fit ``unjudged`` with every check judged on its draws, and with notes for people."""
    tests = resolve_lift_tests(unjudged.design)
    mean = mean_by_geo(unjudged, unjudged.design.observed)
    known = mean
    if unjudged.structure.counts_remember:
        rng = np.random.default_rng([seed, 1])
        mean, known = week_ahead(unjudged.posterior.draws, mean, rng)
    predictive = with_noise(unjudged, known, seed, memory=False)
    kept = kept_cells(tests, unjudged.spec, unjudged.panel)
    kpi = np.where(kept, unjudged.panel.array("kpi"), np.nan)
    values = {**unjudged.diagnostics, **predictive_values(kpi, mean, predictive)}
    values["extrapolation"] = uncertainty_ratio(*_extrapolated_responses(unjudged))
    checks = check_lift_tests(unjudged)
    if checks:
        values["lift_tests"] = largest_z(checks)
    diagnostics = {name: float(value) for name, value in values.items()}
    implied = implied_media_share(design_of(unjudged.spec, unjudged.panel))
    beliefs = implied.warnings if implied else ()
    beliefs = (*assumptions_of_panel(unjudged.spec, unjudged.panel), *beliefs)
    notes = (*beliefs, *lift_notes(tests, unjudged.spec, unjudged.panel), *_notes(unjudged))
    verdict = judge(diagnostics, unjudged.spec)
    return replace(unjudged, diagnostics=diagnostics, verdict=verdict, notes=notes)


def check_lift_tests(model: FittedModel) -> tuple[LiftCheck, ...]:
    """Every lift test compared with the fitted model's prediction of it."""
    tests = resolve_lift_tests(model.design)
    if not tests:
        return ()
    predicted = predicted_lifts(tests, model.posterior.draws, model.design, np, plain_array)
    return lift_checks(tests, np.asarray(predicted))


def _extrapolated_responses(model: FittedModel) -> tuple[Array, Array]:
    """(draw, channel) weekly response at the largest observed spend, and at twice that."""
    largest = model.panel.array("spend").sum(1).max(0)
    levels = [
        curve_draws(model, channel, np.array([spend, 2.0 * spend]))[0]
        for channel, spend in enumerate(largest)
        if model.structure.media[channel].acts
    ]
    both = np.stack(levels, axis=1)
    return both[..., 0], both[..., 1]


def _notes(model: FittedModel) -> Iterator[str]:
    """Notes about this model that are not checks."""
    if model.verdict.draft:
        yield DRAFT_NOTE
    newer = older_defaults_note(model)
    if newer is not None:
        yield newer
    spent = model.panel.array("spend").sum(0)
    for channel, name in enumerate(model.structure.channels):
        silent = [geo for geo, s in zip(model.panel.geos, spent[:, channel], strict=True) if s == 0]
        if silent:
            yield (
                f"{name} was never bought in {', '.join(silent[:5])}"
                f"{' and others' if len(silent) > 5 else ''}: its effect there is borrowed from "
                "the other geos"
            )
    for i, name in enumerate(model.structure.mediators):
        observed = np.isfinite(model.panel.array("mediators")[..., i])
        if not observed.all():
            yield f"{name} was observed in {observed.mean():.0%} of weeks; the others are inferred"
