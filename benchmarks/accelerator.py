"""What sampling costs against size, on the processor and through JAX on whatever it finds.

    python -m benchmarks.accelerator --sizes 104x1x4,156x1x8,104x5x4 --draws 500 --tune 500

A size is weeks x geos x channels. Seconds hold building, compiling and sampling; the numba backend
keeps its machine code on disk, JAX compiles in every process. Run it where there is a GPU with the
extra ``gpu`` and a JAX for that GPU: nothing here names a device.
"""

import argparse
from time import perf_counter

from benchmarks.measure import smallest_ess
from benchmarks.ours import spec_of
from benchmarks.worlds import World, simulate
from mmm.attribution.returns import channel_contributions
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.spec.sampling import SamplingSpec

BACKENDS = ("numba", "jax")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="52x1x2,104x1x4,156x1x8")
    parser.add_argument("--backends", default=",".join(BACKENDS))
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--tune", type=int, default=500)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| weeks x geos x channels | sampler | fit s | min ESS | s per effective draw |")
    print("|---|---|---|---|---|")
    for size in given.sizes.split(","):
        weeks, geos, channels = map(int, size.split("x"))
        world = simulate(weeks=weeks, geos=geos, channels=channels, seed=given.seed)
        for backend in given.backends.split(","):
            lengths = {"draws": given.draws, "tune": given.tune, "chains": given.chains}
            sampling = {**lengths, "seed": given.seed, "backend": backend}
            print(_row(size, world, SamplingSpec.model_validate(sampling)), flush=True)


def _row(size: str, world: World, sampling: SamplingSpec) -> str:
    spec = spec_of(world)
    panel = build_panel(world.frame, spec)
    began = perf_counter()
    model = fit(design_of(spec, panel), sampling)
    seconds = perf_counter() - began
    noise = model.posterior.dataset["sigma"].to_numpy()
    ess = smallest_ess(channel_contributions(model).reshape(*noise.shape, -1), noise)
    return f"| {size} | {model.method.sampler} | {seconds:.1f} | {ess:.0f} | {seconds / ess:.4f} |"


if __name__ == "__main__":
    main()
