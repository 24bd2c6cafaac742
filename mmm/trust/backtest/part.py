"""The part ``backtest`` of the trust record: exact leave-future-out, origin by origin."""

from mmm.errors import DataError, Issue, IssuesError, SamplingError, SpecError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.backtest import Backtest, Origin, SkippedOrigin, WindowScore
from mmm.posterior.trust.options import BacktestOptions
from mmm.progress import Progress
from mmm.trust.backtest.before import Ahead, ahead_of, design_before
from mmm.trust.backtest.forecast import weeks_ahead, window_scores
from mmm.trust.backtest.joint_score import adds_states
from mmm.trust.backtest.judge import backtest_of
from mmm.trust.backtest.naive import naive_forecasts
from mmm.trust.backtest.origins import cost_of, origins_of
from mmm.trust.part import Part, Work


def run(work: Work, options: BacktestOptions) -> Backtest | None:
    """Refit at every origin and score what came; None where it was stopped before the first."""
    from mmm.trust.backtest.refits import Refits

    refits, positions = Refits(), origins_of(work.model, options)
    origins: list[Origin] = []
    skipped: list[SkippedOrigin] = []
    for number, known in enumerate(positions):
        if work.stop():
            break
        share = number / len(positions)
        work.report(share)
        start = work.model.panel.weeks[known]
        if (kept := work.kept.get(str(start))) is not None:
            origins.append(Origin.model_validate(kept))
            continue

        def report(progress: Progress, share: float = share) -> None:
            work.report(share + progress.progress / len(positions))

        before = refits.compilations
        try:
            design = design_before(work.model, known)
            past = refits.fit(design, options.sampling(number), report)
        except (DataError, SpecError, SamplingError) as error:
            skipped.append(SkippedOrigin(start=start, reason=_reason(error)))
            continue
        ahead = ahead_of(past, work.model, options.longest)
        newest = known == positions[-1]
        origin = Origin(
            start=start,
            known_weeks=known,
            verdict=past.verdict.status,
            compiled=refits.compilations > before,
            windows=_windows(work.model, ahead, options),
            weeks_ahead=weeks_ahead(
                ahead, options.longest if newest else options.every, options.seed + number
            ),
        )
        work.keep(str(start), origin.model_dump(mode="json"))
        origins.append(origin)
    if not origins:
        return _nothing(skipped)
    notes = _notes(work.model, origins, len(positions) - len(skipped))
    return backtest_of(origins, skipped, options.horizons, options.every, notes)


def _windows(model: FittedModel, ahead: Ahead, options: BacktestOptions) -> tuple[WindowScore, ...]:
    known = ahead.window.start
    naive = naive_forecasts(model.panel.array("kpi"), known, ahead.weeks, options.seed)
    return window_scores(ahead, options.horizons, naive, options.seed)


def _nothing(skipped: list[SkippedOrigin]) -> Backtest | None:
    """None where it was stopped; raises DataError where no origin carries a model."""
    if not skipped:
        return None
    first = skipped[-1]
    detail = f"no origin carries a model; at {first.start}: {first.reason}"
    raise DataError([Issue("/parts/backtest", "no_origin", detail)])


def _reason(error: IssuesError) -> str:
    more = len(error.issues) - 1
    return error.issues[0].detail + (f" (and {more} more)" if more else "")


def _notes(model: FittedModel, origins: list[Origin], wanted: int) -> tuple[str, ...]:
    notes = []
    if len(origins) < wanted:
        notes.append(f"stopped after {len(origins)} of {wanted} origins")
    rejected = sum(origin.verdict == "rejected" for origin in origins)
    if rejected:
        notes.append(f"the fits at {rejected} of {len(origins)} origins failed their own checks")
    rarely = [c.name for c in model.spec.all_controls if c.between is not None]
    if rarely and "known" not in model.panel.data:
        notes.append(
            f"what {', '.join(rarely)} hold between two known numbers may come from after an "
            "origin: the model is of a release that did not keep which numbers are known"
        )
    if adds_states(model):
        notes.append("states that the window adds are drawn ahead, so scores are simulated")
    return tuple(notes)


BACKTEST = Part("backtest", BacktestOptions, cost_of, run)
