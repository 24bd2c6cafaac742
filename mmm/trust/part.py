"""What a part of the trust record is: a name, its options, its cost, and how it is run.

A part is one file (or folder) of this package and one entry of ``parts.PARTS``. Its name is that of
its field in ``mmm.posterior.trust.record.TrustRecord``. The process of the API knows the parts too,
for their costs and refusals: a part's module imports the sampler inside ``run`` only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mmm.interval import Answer
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.record import TrustRecord

type Document = dict[str, Any]

SETTLED_R_HAT = 1.1
"""A short refit with a larger R-hat tells nothing."""


@dataclass(frozen=True)
class Cost:
    """What a part costs: how many models it fits, and how many structures it compiles."""

    fits: int
    compilations: int = 0


def _nothing(_: object) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class Work:
    """What a part works on, and whom it tells.

    ``record``: what was found before, the parts of the same run included. ``report``: takes the
    share of the part that is done. ``stop``: whether to end early with what there is. ``kept``:
    pieces of this part, by key, that an interrupted attempt has kept; they need not be computed
    again. ``keep``: stores a piece (a JSON document, small) at once.
    """

    model: FittedModel
    record: TrustRecord = field(default_factory=TrustRecord)
    report: Callable[[float], None] = _nothing
    stop: Callable[[], bool] = lambda: False
    kept: Mapping[str, Document] = field(default_factory=dict)
    keep: Callable[[str, Document], None] = lambda _key, _piece: None


@dataclass(frozen=True)
class Part[Asked: Options, Found: Answer]:
    """A part of the trust record.

    ``cost``: of the part for a model, from model and options, before any work; raises QueryError,
    with pointers into the options, where the part cannot be run. ``run``: its answer; None where it
    was stopped before there was one. ``needs``: parts that are run before it where the record does
    not have them.
    """

    name: str
    options: type[Asked]
    cost: Callable[[FittedModel, Asked], Cost]
    run: Callable[[Work, Asked], Found | None]
    needs: tuple[str, ...] = ()
