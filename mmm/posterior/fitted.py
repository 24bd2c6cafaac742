"""A fitted model: its design, draws and verdict, saved as and loaded from one netCDF file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
import xarray as xr

from mmm.data.design import Design, design_of
from mmm.data.kpi_value import money_unit
from mmm.data.panel import Panel
from mmm.data.scales import Scales
from mmm.errors import ArtefactError
from mmm.lazy import lazy_names
from mmm.posterior.draws import Posterior
from mmm.posterior.evidence import Evidence, LeverEvidence
from mmm.posterior.plots import Plots
from mmm.posterior.trust.listen import lowered
from mmm.posterior.trust.record import TrustRecord, record_from_json
from mmm.posterior.verdict import Verdict
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec
from mmm.spec.structure import Structure

FORMAT = "prudent-model/2"
_lazily = lazy_names(__name__, {"ModelPlots": "mmm.plots.of_model"})
BEFORE_GENERATIONS = 1
"""The generation of default priors of a file that does not name one."""


@dataclass(frozen=True)
class Method:
    """How the draws were made."""

    sampler: str
    version: str
    path: str
    sampling: SamplingSpec
    seconds: float


@dataclass(frozen=True)
class FittedModel:
    """A design with its posterior and verdict, from which every question is answered.

    ``diagnostics`` and ``notes`` are for people. ``evidence`` is None in models that were fitted
    before there was a record; they are never graded. ``trust`` is what tests on demand have found,
    None before any; ``verdict`` has its checks (``with_trust``).
    """

    design: Design
    posterior: Posterior
    verdict: Verdict
    diagnostics: Mapping[str, float]
    method: Method
    notes: tuple[str, ...] = ()
    evidence: Evidence | None = None
    trust: TrustRecord | None = None

    @property
    def spec(self) -> ModelSpec:
        """The specification of the model."""
        return self.design.spec

    @property
    def structure(self) -> Structure:
        """The structure that the equations read."""
        return self.design.structure

    @property
    def panel(self) -> Panel:
        """The data that the model was fitted to."""
        return self.design.panel

    @property
    def scales(self) -> Scales:
        """The scales that define the units of the parameters."""
        return self.design.scales

    @property
    def levers(self) -> tuple[LeverEvidence, ...]:
        """The evidence on each channel and the price; none for a model without a record."""
        return self.evidence.levers if self.evidence else ()

    @property
    def plot(self) -> Plots:
        """Figures of what the model says, for a notebook: ``model.plot.returns()``."""
        made: Plots = _lazily("ModelPlots")(self)
        return made

    def with_trust(self, record: TrustRecord | None) -> Self:
        """The model with this trust record, and the verdict that listens to it."""
        return replace(self, trust=record, verdict=lowered(self.verdict, record))

    def thinned(self, most: int) -> Self:
        """The model with about ``most`` of its draws, evenly spaced over every chain."""
        return replace(self, posterior=self.posterior.thinned(most))

    @property
    def incomplete(self) -> bool:
        """Whether the fit was stopped before all its draws were made."""
        return "draws_kept" in self.diagnostics

    @property
    def kpi_unit(self) -> str:
        """Unit of the KPI: ``EUR revenue`` or ``currency units of revenue``, else ``units``."""
        return money_unit(self.spec, "revenue") if self.spec.kpi.kind == "revenue" else "units"


def save_model(model: FittedModel, path: Path) -> None:
    """Write ``model`` as one netCDF file; raises OSError where the disk has no room for it.

    The file is built in memory first, since HDF5 reports a full disk as an internal error.
    """
    meta = {
        "format": FORMAT,
        "spec": model.spec.model_dump(mode="json"),
        "scales": _scales_to_json(model.scales),
        "verdict": model.verdict.model_dump(mode="json"),
        "diagnostics": dict(model.diagnostics),
        "notes": list(model.notes),
        "evidence": model.evidence.model_dump(mode="json") if model.evidence else None,
        "trust": model.trust.model_dump(mode="json") if model.trust else None,
        "method": {**asdict(model.method), "sampling": model.method.sampling.model_dump()},
    }
    tree = xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"prudent": json.dumps(meta)}),
            "/posterior": model.posterior.dataset,
            "/panel": model.panel.data,
        }
    )
    content = BytesIO()
    tree.to_netcdf(content, engine="h5netcdf")
    path.write_bytes(content.getvalue())


def load_model(path: Path) -> FittedModel:
    """Load a model; raises ArtefactError where the file is missing, damaged or no model file."""
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            meta = json.loads(tree.attrs["prudent"])
            posterior = tree["posterior"].to_dataset().load()
            panel = tree["panel"].to_dataset().load()
        if meta["format"] != FORMAT:
            raise ArtefactError(f"{path.name} has format {meta['format']!r}, not {FORMAT!r}")
        return _assemble(meta, posterior, panel)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ArtefactError(f"{path.name} is not a readable model file: {error}") from error


def _assemble(meta: dict[str, Any], posterior: xr.Dataset, panel: xr.Dataset) -> FittedModel:
    method = {**meta["method"], "sampling": SamplingSpec(**meta["method"]["sampling"])}
    return FittedModel(
        design=design_of(
            ModelSpec.model_validate(meta["spec"]),
            Panel(panel),
            _scales_from_json(meta["scales"]),
        ),
        posterior=Posterior(posterior),
        verdict=Verdict.model_validate(meta["verdict"]),
        diagnostics=meta["diagnostics"],
        method=Method(**method),
        notes=tuple(meta["notes"]),
        evidence=_evidence_from_json(meta.get("evidence")),
        trust=record_from_json(meta.get("trust")),
    )


def _evidence_from_json(document: dict[str, Any] | None) -> Evidence | None:
    """The record, or None for a file without one."""
    return None if document is None else Evidence.model_validate(document)


def _scales_to_json(scales: Scales) -> dict[str, Any]:
    return {
        name: value.tolist()
        if isinstance(value, np.ndarray)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in asdict(scales).items()
    }


def _scales_from_json(document: dict[str, Any]) -> Scales:
    texts = {"origin", "holidays"}
    values: dict[str, Any] = {
        name: np.asarray(item, dtype=np.float64)
        if isinstance(item, list) and name not in texts
        else item
        for name, item in document.items()
    }
    # An array without rows loses its other lengths in JSON; the geos are known.
    for name in ("mediator_mean", "mediator_sd"):
        values[name] = values[name].reshape(len(values["geo_weight"]), -1)
    texts_back = {
        "origin": date.fromisoformat(values["origin"]),
        "holidays": tuple(values["holidays"]),
    }
    return Scales(**{"defaults": BEFORE_GENERATIONS, **values, **texts_back})
