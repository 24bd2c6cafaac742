"""What is told beside a plan: whether to stay, how stable it is, what more data would be worth."""

import numpy as np

from app.contract.plan_answers import InformationDocument, StabilityDocument, StayDocument
from app.services.planning.responses import AnyResponse
from optimizer.allocation import Allocation


def stay_document(found: Allocation, response: AnyResponse) -> StayDocument | None:
    """The best plan against the present mix; None where that is no question."""
    stay = found.stay
    if stay is None:
        return None
    return StayDocument(
        within_noise=stay.within_noise,
        proportional=response.named(stay.spend),
        best_found=response.named(stay.set_aside),
        probability_better=stay.probability_better,
        expected=stay.expected,
        deviation=stay.deviation,
    )


def stability_document(found: Allocation) -> StabilityDocument | None:
    """None where it was not asked for, or cannot be told."""
    stability = found.insights.stability if found.insights else None
    if stability is None:
        return None
    return StabilityDocument(
        moved=stability.moved,
        in_sample=float(np.mean(stability.in_sample)),
        out_of_sample=stability.value,
        proportional=stability.reference,
    )


def information_document(found: Allocation) -> InformationDocument | None:
    """None where it was not asked for, or channels do not add up."""
    information = found.insights.information if found.insights else None
    if information is None:
        return None
    return InformationDocument(
        expected_regret=information.expected_regret,
        perfect=information.perfect,
        by_channel=information.by_channel,
        noise=information.noise,
    )
