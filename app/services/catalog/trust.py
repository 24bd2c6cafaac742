"""Refusal of answers from rejected models, and the warnings of draft and rejected models."""

from app.errors import ModelRejected
from mmm.errors import Issue, pointer
from mmm.posterior.verdict import DRAFT_NOTE, Verdict


def standing_warnings(verdict: Verdict, *, accept_rejected: bool) -> list[str]:
    """The warnings that every answer of a model carries: that it is a draft, or rejected.

    Raises ModelRejected with the failed checks, unless the request accepts a rejected model.
    """
    draft_notes = [DRAFT_NOTE] if verdict.draft else []
    if verdict.status != "rejected":
        return draft_notes
    failing = [
        (index, check) for index, check in enumerate(verdict.checks) if check.status == "rejected"
    ]
    if not accept_rejected:
        raise ModelRejected(
            Issue(
                pointer("verdict", "checks", index),
                check.name,
                f"{check.message}. {check.advice}",
            )
            for index, check in failing
        )
    reasons = "; ".join(check.message for _, check in failing)
    return [
        *draft_notes,
        f"The model failed its checks; do not base budget decisions on these numbers: {reasons}.",
    ]
