"""``python -m scripts.demo_brand``: fits the demo brand and its second model again.

Their draws are thinned and kept in single precision, so that the package stays small.
"""

from dataclasses import replace
from pathlib import Path

from app.demo.world.brand import MODEL, SECOND, brand
from mmm import SamplingSpec, build_panel, design_of, fit, parse_spec
from mmm.posterior.fitted import FittedModel, save_model
from mmm.spec.model import ModelSpec
from mmm.spec.rival import rival_of

FOLDER = Path(__file__).parents[1] / "app" / "demo" / "world"
SAMPLING = SamplingSpec(draws=400, tune=600, chains=4, seed=1)
DRAWS = 400


def main() -> None:
    """Fit both models and write their files."""
    world = brand()
    spec = parse_spec(world.spec)
    for name, each in ((MODEL, spec), (SECOND, rival_of(spec).spec)):
        path = FOLDER / name
        save_model(_small(_fit(each)), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201


def _fit(spec: ModelSpec) -> FittedModel:
    return fit(design_of(spec, build_panel(brand().frame, spec)), SAMPLING)


def _small(model: FittedModel) -> FittedModel:
    thin = model.thinned(DRAWS)
    posterior = thin.posterior
    return replace(thin, posterior=replace(posterior, dataset=posterior.dataset.astype("float32")))


if __name__ == "__main__":
    main()
