"""The gate that a rejected model must pass, and what every answer of a doubtful one says."""

from app.errors import ModelRejected
from mmm.errors import Issue, pointer
from mmm.posterior.verdict import DRAFT_NOTE, Verdict


def standing_warnings(verdict: Verdict, *, accept_rejected: bool) -> list[str]:
    """Warnings that an answer of a model must carry: that it is a draft, that it is rejected.

    Raises ModelRejected, with the checks that failed, unless the request accepts that.
    """
    standing = [DRAFT_NOTE] if verdict.draft else []
    if verdict.status != "rejected":
        return standing
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
        *standing,
        f"The model failed its checks and these numbers are no basis for money: {reasons}.",
    ]
