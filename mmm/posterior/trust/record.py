"""The trust record of a fitted model: what became of it where it was tested on demand.

Every part is one field, None until it was run, whose answer has ``sentences``; a part that is run
again replaces what it said. The types are apart from the computations (``mmm/trust``), so that
whoever answers by a record does not load the sampler.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import Field

from mmm.interval import Answer
from mmm.posterior.trust.backtest import Backtest
from mmm.posterior.trust.conformal import Conformal
from mmm.posterior.trust.placebos import Placebos
from mmm.posterior.trust.preview import Preview
from mmm.posterior.trust.prior_sensitivity import PriorSensitivity
from mmm.posterior.trust.recovery import Recovery
from mmm.posterior.trust.replayed import Replayed
from mmm.posterior.trust.uncertainty import UncertaintySources


class PartRun(Answer):
    """When a part was run last, with which ``options``, and what it cost.

    ``fits``: how many models were fitted for it; ``seconds``: how long it took, without what an
    interrupted attempt had spent before.
    """

    part: str
    at: datetime
    fits: int
    seconds: float
    options: dict[str, Any] = Field(default_factory=dict)


class TrustRecord(Answer):
    """What the tests of a model have shown, part by part; None where a part was not run yet.

    ``refused``: parts that were asked for last and could not be run, with the reason.
    """

    runs: tuple[PartRun, ...] = ()
    refused: dict[str, str] = Field(default_factory=dict)
    preview: Preview | None = None
    backtest: Backtest | None = None
    conformal: Conformal | None = None
    replayed: Replayed | None = None
    uncertainty: UncertaintySources | None = None
    prior_sensitivity: PriorSensitivity | None = None
    placebos: Placebos | None = None
    future_spend: Placebos | None = None
    recovery: Recovery | None = None

    @property
    def ran(self) -> tuple[str, ...]:
        """The names of the parts that were run."""
        return tuple(run.part for run in self.runs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What every part has shown, in the order in which they were run."""
        return tuple(s for run in self.runs for s in getattr(self, run.part).sentences)

    def with_part(self, run: PartRun, answer: Answer) -> Self:
        """The record with the answer of one part, in place of an earlier one."""
        others = tuple(other for other in self.runs if other.part != run.part)
        refused = {name: why for name, why in self.refused.items() if name != run.part}
        return self.model_copy(
            update={run.part: answer, "runs": (*others, run), "refused": refused}
        )

    def with_parts_of(self, other: Self) -> Self:
        """The record with every part of ``other``, in place of its own."""
        record = self
        for run in other.runs:
            record = record.with_part(run, getattr(other, run.part))
        return record.model_copy(update={"refused": {**record.refused, **other.refused}})


def record_from_json(document: Mapping[str, Any] | None) -> TrustRecord | None:
    """The stored record, or None where nothing was run."""
    return None if document is None else TrustRecord.model_validate(document)
