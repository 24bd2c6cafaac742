"""A medium, which carries exposure to the KPI or to a mediator, and media evaluated together."""

from dataclasses import dataclass, field, replace
from typing import Self

from mmm.spec.media import ADSTOCK_PARAMETERS, SATURATION_PARAMETERS, Adstock

FREQUENCY_PARAMETERS = ("frequency_half", "frequency_slope")


@dataclass(frozen=True)
class Medium:
    """One carrier of exposure, own or a rival's.

    ``acts`` is False where its edge was removed, ``costs`` for owned and organic media.
    ``saturates_first``: each week's exposure saturates before it carries over.
    """

    name: str
    source: int
    target: str
    adstock: Adstock
    saturation: str
    own: bool
    by_frequency: bool = False
    acts: bool = True
    costs: bool = True
    saturates_first: bool = False

    @property
    def is_planned(self) -> bool:
        """Whether plans decide it: own media that are paid for."""
        return self.own and self.costs

    @property
    def max_lag(self) -> int:
        """Weeks over which its exposure carries over."""
        return 0 if self.adstock.kind == "none" else self.adstock.max_lag

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its curve parameters."""
        curve = ADSTOCK_PARAMETERS[self.adstock.kind] + SATURATION_PARAMETERS[self.saturation]
        return curve + (FREQUENCY_PARAMETERS if self.by_frequency else ())

    @property
    def alone(self) -> "MediaGroup":
        """The group that it belongs to, without members: equal for all of them."""
        return MediaGroup(
            adstock=self.adstock.kind,
            saturation=self.saturation,
            by_frequency=self.by_frequency,
            max_lag=self.max_lag,
            saturates_first=self.saturates_first,
        )


@dataclass(frozen=True)
class MediaGroup:
    """Media evaluated together: positions among all media, and within each parameter vector.

    A parameter's positions are None where the group has the whole vector.
    """

    adstock: str
    saturation: str
    by_frequency: bool
    max_lag: int
    saturates_first: bool = False
    members: tuple[int, ...] = ()
    positions: dict[str, tuple[int, ...] | None] = field(default_factory=dict, hash=False)

    @property
    def uncarried(self) -> Self:
        """The group without carryover: what saturates where saturation comes first."""
        return replace(self, adstock="none", max_lag=0, saturates_first=False)
