"""Whether data and specification together can be fitted, and what should be known before."""

from dataclasses import dataclass

from mmm.checks.prior import check_prior
from mmm.data.panel import Panel
from mmm.data.scales import scales_of
from mmm.interval import Interval
from mmm.lift.exclusion import excluded_cells
from mmm.lift.resolve import resolve
from mmm.spec.model import ModelSpec
from mmm.spec.structure import structure_of


@dataclass(frozen=True)
class Precheck:
    """``implied_media_share`` of the observed kpi, None where no channel's effect is stated."""

    implied_media_share: Interval | None
    warnings: tuple[str, ...]


def precheck(spec: ModelSpec, panel: Panel) -> Precheck:
    """Raises SpecError where holidays, lift tests or beliefs about effects do not fit the panel."""
    scales = scales_of(panel, spec, structure_of(spec))
    excluded_cells(resolve(spec, panel, scales), panel)
    share = check_prior(spec, panel)
    return Precheck(share.total, share.warnings) if share else Precheck(None, ())
