"""Every channel beside a placebo: a copy of its own spend that can have no effect.

    shifted   the copy lies some weeks off, around the circle of all weeks: it keeps the flighting
    future    the copy is what will be spent in the week to come, which cannot have acted yet; where
              it seems to, budgets follow what drives sales

Both are in the model at once and are believed alike, so that only the data tell them apart: P(the
channel contributed more than its copy). The shift is that, of those longer than any carryover and
away from whole years, whose copy moves least along with the spend of any channel; sales are not
looked at.

A channel whose effect the record takes for more than too small to measure makes a claim: its effect
lies ``LEAST_T`` standard errors or more from zero by the data alone. Where the claim is right and
the copy is measured about as well, the difference of the two estimates has the s.d. of sqrt 2 such
errors. With m channels tested, a channel with a claim is called *no better than its placebo* where

    P(channel > copy) < Phi(LEAST_T / sqrt 2 - z),       z: upper LEVEL / m point of the normal

which is 0.5 for one channel and 0.23 for six. So at most 5 of 100 models whose claims are all right
have any channel that is called so. A channel without a claim is never called so: that it cannot be
told from its copy is what its grade says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from mmm.attribution.returns import channel_contributions
from mmm.data.design import Design
from mmm.errors import Issue, QueryError
from mmm.evidence.findings import LEAST_T
from mmm.posterior.evidence import LeverEvidence
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import RefitOptions
from mmm.posterior.trust.placebos import PlaceboRow, Placebos, Standing
from mmm.summarize import summarize
from mmm.trust.extra_channel import WeeksOf, ahead_by, shifted_by, with_copy
from mmm.trust.part import SETTLED_R_HAT, Cost, Part, Work
from mmm.types import Array

LEVEL = 0.05
BETTER = 0.95
YEAR = 52
NEAR_YEAR = 4
"""Weeks around a whole year in which a copy would repeat the season."""

AHEAD = 1

SMALL = frozenset({"not_told_from_zero", "prior_share"})
"""Findings that leave a channel without a claim."""

type Kind = Literal["shifted", "future"]


class PlaceboOptions(RefitOptions):
    """How the fits beside a copy are sampled."""


def bought_channels(model: FittedModel) -> tuple[int, ...]:
    """Positions of the channels with a cost that were bought and act on the KPI directly."""
    spend = model.panel.array("spend").sum((0, 1))
    media = model.structure.media
    return tuple(i for i in model.structure.paid if spend[i] > 0.0 and media[i].acts)


def best_shift(design: Design, channel: int) -> int:
    """By how many weeks the copy of ``channel`` is shifted; raises QueryError where the data are
    too short for any shift."""
    count, apart = len(design.panel.weeks), design.structure.max_lag + 1
    shifts = [
        weeks
        for weeks in range(apart, count - apart + 1)
        if min(weeks % YEAR, -weeks % YEAR) > NEAR_YEAR and min(weeks, count - weeks) > NEAR_YEAR
    ]
    if not shifts:
        detail = (
            f"{count} weeks are too few to shift spend by more than its carryover of "
            f"{apart - 1} weeks and away from whole years"
        )
        raise QueryError([Issue("", "too_few_weeks", detail)])
    spend = design.panel.array("spend").sum(1)
    moving = spend[:, spend.std(0) > 0.0]
    unit = (moving - moving.mean(0)) / moving.std(0) / np.sqrt(count)
    own = spend[:, channel] - spend[:, channel].mean()
    size = np.linalg.norm(own)
    if not size > 0.0:
        return shifts[len(shifts) // 2]
    along = [np.abs(unit.T @ np.roll(own / size, weeks)).max() for weeks in shifts]
    return shifts[int(np.argmin(along))]


def limit_of(tested: int, level: float = LEVEL) -> float:
    """The probability below which a channel with a claim is no better than its placebo, where
    ``tested`` channels are."""
    return float(stats.norm.cdf(LEAST_T / np.sqrt(2.0) - stats.norm.isf(level / tested)))


@dataclass(frozen=True)
class _Compared:
    """One fit with a copy: contributions (draw,) of the channel and of its copy."""

    channel: str
    weeks: int
    real: Array
    copy: Array
    r_hat: float
    claim: bool
    matters: bool = True


def row_of(found: _Compared, kind: Kind, limit: float) -> PlaceboRow:
    """What a fit with a copy says of its channel."""
    # an effect that may have any sign is compared by its size
    probability = float(np.mean(np.abs(found.real) > np.abs(found.copy)))
    standing: Standing = "not_told"
    if found.r_hat <= SETTLED_R_HAT:
        if probability >= BETTER:
            standing = "better"
        elif found.claim and probability < limit:
            standing = "no_better"
    return PlaceboRow(
        channel=found.channel,
        weeks=found.weeks,
        probability=probability,
        real=summarize(found.real),
        placebo=summarize(found.copy),
        claim=found.claim,
        matters=found.matters,
        limit=limit,
        r_hat=found.r_hat,
        standing=standing,
        detail=_sentence(found, kind, standing, probability),
    )


def _sentence(found: _Compared, kind: Kind, standing: Standing, probability: float) -> str:
    name, chances = found.channel, _chances(probability)
    copy = (
        f"a copy of its own spend {found.weeks} weeks off"
        if kind == "shifted"
        else "its spend of the week to come, which cannot have acted yet"
    )
    if found.r_hat > SETTLED_R_HAT:
        return f"The fit of {name} beside {copy} did not settle: nothing can be told from it."
    if standing == "better":
        return f"{name} did more than {copy} ({chances})."
    if standing == "no_better":
        why = (
            "its effect may be chance, or something that moves with it"
            if kind == "shifted"
            else "its budget follows what drives sales, and part of its effect is that"
        )
        return f"{name} did no better than {copy} ({chances} that it did more): {why}. Test it."
    if probability <= 1.0 - BETTER:
        return f"{name}, whose effect is too small to measure, did less than {copy}."
    return f"{name} cannot be told from {copy} ({chances} that it did more)."


def _chances(probability: float) -> str:
    return f"{min(max(round(20.0 * probability), 1), 19)} in 20 chances"


def _placebos(work: Work, options: PlaceboOptions, kind: Kind) -> Placebos | None:
    from mmm.inference.compiled import compile_model
    from mmm.inference.fit import fit_compiled

    model, channels = work.model, bought_channels(work.model)
    limit, compiled = limit_of(len(channels)), None
    rows: list[PlaceboRow] = []
    for done, channel in enumerate(channels):
        name = model.structure.channels[channel]
        if name in work.kept:
            rows.append(PlaceboRow.model_validate(work.kept[name]))
            continue
        if work.stop():
            return None
        weeks, weeks_of = _copy(model.design, channel, kind)
        design = with_copy(model.design, channel, weeks_of, carryover=kind == "shifted")
        if compiled is None:
            compiled = compile_model(design)
        beside = fit_compiled(compiled, design, options.sampling, stop=work.stop, evidence=False)
        if work.stop():
            return None
        both = channel_contributions(beside)
        r_hat = float(beside.diagnostics.get("r_hat", np.inf))
        lever = next((each for each in model.levers if each.name == name), None)
        found = _Compared(
            channel=name,
            weeks=weeks,
            real=both[:, channel],
            copy=both[:, -1],
            r_hat=r_hat,
            claim=lever is not None and has_claim(lever),
            matters=lever is None or lever.matters,
        )
        rows.append(row_of(found, kind, limit))
        work.keep(name, rows[-1].model_dump(mode="json"))
        work.report((done + 1) / len(channels))
    return Placebos(
        kind=kind, level=LEVEL, rows=tuple(rows), unit=model.kpi_unit, sentences=(*_told(rows),)
    )


def _copy(design: Design, channel: int, kind: Kind) -> tuple[int, WeeksOf]:
    if kind == "future":
        return AHEAD, ahead_by(AHEAD)
    weeks = best_shift(design, channel)
    return weeks, shifted_by(weeks)


def has_claim(lever: LeverEvidence) -> bool:
    """Whether the record takes a channel's effect for more than too small to measure."""
    return not SMALL & {finding.code for finding in lever.findings}


def _told(rows: list[PlaceboRow]) -> Iterator[str]:
    order = ("no_better", "not_told", "better")
    for standing in order:
        yield from (row.detail for row in rows if row.standing == standing)


def _cost(model: FittedModel, _: PlaceboOptions) -> Cost:
    """A fit for each channel, and one structure; raises QueryError where no channel has a cost, or
    the data are too short."""
    channels = bought_channels(model)
    if not channels:
        detail = "no channel with a cost was bought: there is nothing to compare with a placebo"
        raise QueryError([Issue("", "no_spend", detail)])
    for channel in channels:
        best_shift(model.design, channel)
    return Cost(fits=len(channels), compilations=1)


def _run_shifted(work: Work, options: PlaceboOptions) -> Placebos | None:
    return _placebos(work, options, "shifted")


def _run_future(work: Work, options: PlaceboOptions) -> Placebos | None:
    return _placebos(work, options, "future")


SHIFTED = Part("placebos", PlaceboOptions, _cost, _run_shifted)
FUTURE = Part("future_spend", PlaceboOptions, _cost, _run_future)
