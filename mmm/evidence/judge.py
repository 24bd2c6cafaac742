"""What the evidence adds to a verdict: channels that the data contradict, weeks unexplained.

A model with a contradicted channel that matters is not trusted, whatever its sampler and residuals
say. Coincidences do not lower the verdict; they are named in a note, and in every answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from mmm.evidence.ran_checks import RECURRING
from mmm.evidence.record import evidence_of
from mmm.posterior.evidence import Evidence
from mmm.posterior.fitted import FittedModel
from mmm.posterior.verdict import Check, count_check, verdict_of


def with_evidence(
    model: FittedModel, compute: Callable[[FittedModel], Evidence] = evidence_of
) -> FittedModel:
    """``model`` with its evidence record, and with the verdict and the notes that follow.

    A record that cannot be computed does not cost the fit: the model has none then, and is not
    trusted for it.
    """
    try:
        evidence = compute(model)
    except (np.linalg.LinAlgError, ArithmeticError, ValueError) as error:
        missing = count_check(
            "evidence",
            1,
            f"the evidence on the channels could not be computed ({error})",
            "report this with the specification and the table; until then no channel is graded",
        )
        return replace(model, verdict=verdict_of((*model.verdict.checks, missing)))
    return replace(
        model,
        evidence=evidence,
        verdict=verdict_of((*model.verdict.checks, *_checks(evidence))),
        notes=(*model.notes, *_notes(evidence)),
    )


def _checks(evidence: Evidence) -> Iterator[Check]:
    contradicted, weeks = evidence.contradicted, evidence.unexplained_weeks
    yield count_check(
        "contradicted_channels",
        len(contradicted),
        " ".join(each.reason for each in contradicted)
        or "no channel that matters is contradicted by the data",
        "plan no money on the effect of "
        f"{', '.join(each.name for each in contradicted)} until a lift test has measured it",
    )
    yield count_check(
        "unexplained_weeks",
        len(weeks),
        " ".join(each.detail for each in weeks) or "no break of the level, no stretch that is off",
        "name these weeks as events, or add the series that explains them",
    )
    recurring = next(each for each in evidence.checks if each.name == RECURRING)
    yield count_check(
        RECURRING,
        int(recurring.found),
        recurring.detail if recurring.found else "no weeks recur that nothing explains",
        "add the events that the check of the specification suggests, or holidays with the weeks "
        "around them (weeks_before, weeks_after)",
    )

    surprised = [
        finding.detail
        for lever in evidence.levers
        for finding in lever.findings
        if finding.code == "surprise"
    ]
    yield count_check(
        "surprise",
        len(surprised),
        " ".join(surprised) or "no curve or effect is far from what was believed",
        "look for what coincides with these channels: a feast, an event, another channel",
    )


def _notes(evidence: Evidence) -> Iterator[str]:
    if evidence.chain_story:
        yield evidence.chain_story
    if evidence.noisy_index:
        yield evidence.noisy_index
    for grade, words in (
        ("coincidence", "could be coincidence"),
        ("too_small", "too small to measure"),
    ):
        names = [each.name for each in evidence.levers if each.grade == grade]
        if names:
            yield f"{', '.join(names)}: {words} (evidence says why)"
