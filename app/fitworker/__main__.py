"""``python -m app.fitworker``: import the sampler and fit models until stdin closes."""

from collections.abc import Callable
from pathlib import Path

from app.fitworker.child import Fit, serve
from app.fitworker.protocol import FitRequest, Progress


def load() -> Fit:
    """Import what a fit needs, which takes seconds, and return the fit function."""
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.data.table_reader import read_table
    from mmm.inference.fit import fit
    from mmm.posterior.fitted import load_model, save_model
    from mmm.refit.append_weeks import continued_panel
    from mmm.refit.carry_scales import carry_scales
    from mmm.spec.model import parse_spec
    from mmm.spec.sampling import SamplingSpec

    def run(
        request: FitRequest, report: Callable[[Progress], None], stop: Callable[[], bool]
    ) -> None:
        report(Progress("validating", 0.0))
        spec = parse_spec(request.spec)
        table = read_table(Path(request.table_path).read_bytes(), request.media_type)
        panel, scales = build_panel(table, spec), None
        if request.base_path is not None:
            base = load_model(Path(request.base_path))
            panel = continued_panel(base, table, spec)
            scales = carry_scales(base, spec, panel)
        sampling = SamplingSpec.model_validate(request.sampling)
        model = fit(design_of(spec, panel, scales), sampling, report, stop=stop)
        report(Progress("storing", 0.99))
        save_model(model, Path(request.model_path))

    return run


if __name__ == "__main__":
    serve(load)
