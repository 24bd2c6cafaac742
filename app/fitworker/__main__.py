"""``python -m app.fitworker``: import the sampler and fit models until stdin closes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.fitworker.child import Fit, serve
from app.fitworker.protocol import FitRequest, Kept, Looked, Progress, Request, TaskRequest
from app.fitworker.tasks import run_task


def load() -> Fit:
    """Import what a fit needs, which takes seconds, and return the fit function."""
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.inference.compiled import Compiled
    from mmm.inference.first_look import first_look
    from mmm.inference.fit import fit
    from mmm.inference.method_result import COMPILE_END
    from mmm.posterior.fitted import load_model, save_model
    from mmm.refit.append_weeks import continued_panel
    from mmm.refit.carry_scales import carry_scales
    from mmm.spec.model import parse_spec
    from mmm.spec.sampling import SamplingSpec
    from mmm.tables.read import parse_recipe, read_table

    def run(
        request: Request,
        report: Callable[[Progress | Looked | Kept], None],
        stop: Callable[[], bool],
    ) -> None:
        if isinstance(request, TaskRequest):
            run_task(request, report, stop)
        else:
            run_fit(request, report, stop)

    def run_fit(
        request: FitRequest,
        report: Callable[[Progress | Looked], None],
        stop: Callable[[], bool],
    ) -> None:
        started = time.monotonic()
        report(Progress("validating", 0.0))
        spec = parse_spec(request.spec)
        content, recipe = Path(request.table_path).read_bytes(), parse_recipe(request.read)
        table = read_table(content, request.media_type, recipe)
        panel, scales = build_panel(table.frame, spec, table.recipe), None
        if request.base_path is not None:
            base = load_model(Path(request.base_path))
            panel = continued_panel(base, table.frame, spec)
            scales = carry_scales(base, spec, panel)
        sampling = SamplingSpec.model_validate(request.sampling)
        design = design_of(spec, panel, scales)

        def look(compiled: Compiled) -> None:
            if request.look_path is None or sampling.draft:
                return
            report(Progress("first_look", COMPILE_END))
            found = first_look(compiled, design, sampling, time.monotonic() - started)
            if found is None:
                return
            if found.model is not None:
                save_model(found.model, Path(request.look_path))
            report(Looked(note=found.note))

        model = fit(design, sampling, report, stop=stop, once_compiled=look)
        report(Progress("storing", 0.99))
        save_model(model, Path(request.model_path))

    return run


def compile_ahead() -> Iterator[None]:
    """Compile the loops that structures share, one at each step, where the machine has not yet."""
    from mmm.inference.native.externals import link_one_by_one

    return link_one_by_one()


if __name__ == "__main__":
    serve(load, compile_ahead)
