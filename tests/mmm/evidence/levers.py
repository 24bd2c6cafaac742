"""Evidence records as data, for what reads them."""

from dataclasses import replace
from typing import Any

from mmm.posterior.evidence import GRADES, Evidence, Grade, LeverEvidence
from mmm.posterior.fitted import FittedModel


def lever(name: str, grade: Grade, **known: Any) -> LeverEvidence:
    """A channel with this grade, identified unless something else is said."""
    facts = {
        "kind": "channel",
        "label": GRADES[grade],
        "reason": f"The reason of {name}.",
        "status": "identified",
        "status_reason": "By the graph.",
        "observed": (1.0, 100.0),
        **known,
    }
    return LeverEvidence(name=name, grade=grade, **facts)


def with_levers(model: FittedModel, *levers: LeverEvidence) -> FittedModel:
    """The model with a record of these levers."""
    return replace(model, evidence=Evidence(levers=levers))
