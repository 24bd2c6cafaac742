"""A noisy index of demand: adjusting for it leaves a bias that its kind ``sensor`` takes away."""

from typing import Any

import numpy as np
import pytest

from mmm.attribution.returns import return_draws
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.evidence.index_noise import index_noise
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from tests.reference.noisy_index import CHANNELS, NoisyIndexWorld, noisy_index_world

pytestmark = pytest.mark.slow


def fitted(world: NoisyIndexWorld, demand: dict[str, Any]) -> FittedModel:
    document = {"kpi": {"column": "sales"}, "date": "week", "channels": list(CHANNELS)}
    spec = parse_spec({**document, "demand": {"column": "index", **demand}})
    sampling = SamplingSpec(draws=400, tune=400, chains=2, seed=1)
    return fit(design_of(spec, build_panel(world.frame, spec)), sampling)


def test_a_noisy_index_as_a_series_biases_and_as_a_sensor_does_not():
    world = noisy_index_world(101)
    series = fitted(world, {"kind": "series"})
    sensor = fitted(world, {"kind": "sensor"})
    taken = return_draws(series)[0][:, 0]
    assert np.quantile(taken, 0.05) > 1.5 * world.roi[0]
    found = return_draws(sensor)[0]
    low, high = np.quantile(found, [0.05, 0.95], axis=0)
    assert np.all((low < world.roi) & (world.roi < high))
    # the finding that recommends it is about the series, and is gone where it was followed
    noise = index_noise(series)
    assert noise is not None
    assert noise.too_noisy(0.05)
    assert "'sensor'" in noise.sentence
    assert index_noise(sensor) is None
    # reliability of the index: 1 / 1.36 = 0.74 in the long run
    p = sensor.posterior.draws
    reliability = p["index_loading"] ** 2 / (p["index_loading"] ** 2 + p["index_sd"] ** 2)
    assert np.quantile(reliability, 0.05) < 0.74 < np.quantile(reliability, 0.95)
