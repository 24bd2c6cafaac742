"""Runs parts of the trust record one after another, keeping what is done."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from mmm.errors import IssuesError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.record import PartRun, TrustRecord
from mmm.progress import PartProgress, Progress
from mmm.trust.part import Cost, Document, Work
from mmm.trust.parts import PARTS, AnyPart

DONE = "done"
"""Key of the piece that a finished part keeps: its run and its answer."""


@dataclass(frozen=True)
class Watched:
    """Who is told of a run, and may end it.

    ``report`` takes the progress; ``stop`` says whether to end with the parts that are done;
    ``kept`` has the pieces of an interrupted attempt under ``part/key``, and ``keep`` stores one.
    """

    report: Callable[[Progress], object] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    kept: Mapping[str, Document] = field(default_factory=dict)
    keep: Callable[[str, Document], None] = lambda _key, _piece: None


def run_parts(
    model: FittedModel,
    asked: Mapping[str, Options],
    costs: Mapping[str, Cost],
    record: TrustRecord | None = None,
    watched: Watched | None = None,
    parts: Mapping[str, AnyPart] = PARTS,
) -> TrustRecord:
    """The record of the parts that were run, without those of ``record`` that were not.

    A part that turns out not to be possible is named in ``refused`` of the record, with the reason;
    where no part is, its error is raised.

    ``asked`` and ``costs`` as ``asked_parts`` gives them; ``record``: what was found before.
    """
    watched = watched or Watched()
    before, found = record or TrustRecord(), TrustRecord()
    refusals: dict[str, IssuesError] = {}
    shares = dict.fromkeys(asked, 0.0)
    weights = {name: 1.0 + costs[name].fits for name in asked}

    def report(name: str, share: float) -> None:
        shares[name] = share
        done = sum(weights[each] * shares[each] for each in asked) / sum(weights.values())
        told = tuple(PartProgress(each, shares[each]) for each in asked)
        watched.report(Progress("testing", 0.99 * done, parts=told))

    for name, options in asked.items():
        if watched.stop():
            break
        report(name, 0.0)
        made = _done(name, watched)
        if made is None:
            work = Work(
                model=model,
                record=before.with_parts_of(found),
                report=partial(report, name),
                stop=watched.stop,
                kept=_pieces(name, watched.kept),
                keep=partial(_keep, watched, name),
            )
            try:
                made = _run(work, parts[name], options, costs[name])
            except IssuesError as error:
                refusals[name] = error
                continue
        if made is None:
            break
        _keep(watched, name, DONE, made.model_dump(mode="json", include={name, "runs"}))
        found = found.with_parts_of(made)
        report(name, 1.0)
    if refusals and not found.runs:
        raise next(iter(refusals.values()))
    return found.model_copy(
        update={"refused": {name: str(error) for name, error in refusals.items()}}
    )


def _keep(watched: Watched, name: str, key: str, piece: Document) -> None:
    watched.keep(f"{name}/{key}", piece)


def _pieces(name: str, kept: Mapping[str, Document]) -> dict[str, Document]:
    """The kept pieces of one part, by their own keys."""
    prefix = f"{name}/"
    return {key.removeprefix(prefix): kept[key] for key in kept if key.startswith(prefix)}


def _done(name: str, watched: Watched) -> TrustRecord | None:
    """The part as an interrupted attempt has finished it; None where it has not."""
    piece = watched.kept.get(f"{name}/{DONE}")
    return None if piece is None else TrustRecord.model_validate(piece)


def _run(work: Work, part: AnyPart, options: Options, cost: Cost) -> TrustRecord | None:
    started = time.monotonic()
    answer = part.run(work, options)
    if answer is None:
        return None
    run = PartRun(
        part=part.name,
        at=datetime.now(UTC),
        fits=cost.fits,
        seconds=round(time.monotonic() - started, 3),
        options=options.model_dump(mode="json"),
    )
    return TrustRecord().with_part(run, answer)
