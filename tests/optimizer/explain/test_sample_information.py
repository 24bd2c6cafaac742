"""What a measurement is worth before it is made, against closed forms."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import norm

from optimizer import read_problem
from optimizer.explain.sample_information import Measurement, sample_information
from optimizer.response import FloatArray
from optimizer.search.case import Case
from optimizer.solve.allocate import case_of
from tests.optimizer.worlds import sums

DRAWS = 4000


@dataclass(frozen=True)
class Lines:
    """Every channel earns its slope for each unit of spend; slope (draw, cell)."""

    slope: FloatArray
    names: tuple[str, ...]
    concave = True
    separable = True

    @property
    def n_draws(self) -> int:
        return len(self.slope)

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.slope @ spend

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.slope + 0.0 * spend

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = np.repeat(self.slope[:, [cell]], levels.size, axis=1)
        return slope * levels, slope

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = np.repeat(self.slope[:, [cell]], levels.size - 1, axis=1)
        return slope, slope


def standard_draws(seed: int) -> FloatArray:
    """Normal draws with the quantiles of the normal distribution, in random order."""
    order = np.random.default_rng(seed).permutation(DRAWS)
    return norm.ppf((order + 0.5) / DRAWS)


def all_or_nothing(effect: FloatArray) -> Case:
    """Spend between nothing and 1 on one channel, which earns its effect beyond its cost."""
    problem = read_problem({"budget": {"max": 1.0}, "stay": False})
    return case_of(problem, Lines(1.0 + effect[:, None], ("tv",)), np.zeros(1))


def value_of_a_test(mean: float, spread: float, sd: float) -> float:
    """E max(0, E[effect | y]) - max(0, mean) of a normal effect."""
    known = spread**2 / np.hypot(spread, sd)
    scaled = mean / known
    return float(known * norm.pdf(scaled) + mean * norm.cdf(scaled) - max(mean, 0.0))


@pytest.mark.parametrize(("sd", "value"), [(0.5, 0.2267), (2.0, 0.0671)])
def test_a_normal_effect_has_the_value_of_its_closed_form(sd, value):
    effect = 0.3 + standard_draws(0)
    case = all_or_nothing(effect)
    found = sample_information(case, np.ones(1), {"tv": Measurement(effect, sd)})
    assert found is not None
    assert value == pytest.approx(value_of_a_test(0.3, 1.0, sd), abs=5e-5)
    # A test that tells one of 16 parts loses at most what the part around zero holds; the value of
    # tests of nothing is a mean of three.
    assert found["tv"].value == pytest.approx(value, abs=0.004)


def test_value_falls_with_noise_and_lies_below_perfect_information():
    effect = 0.3 + standard_draws(1)
    tests = {str(sd): Measurement(effect, sd) for sd in (0.01, 0.25, 0.5, 1.0, 2.0, 4.0)}
    found = sample_information(all_or_nothing(effect), np.ones(1), tests)
    assert found is not None
    values = [each.value for each in found.values()]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(0.2668, abs=0.004)


def test_a_measurement_of_something_else_is_worth_nothing():
    effect, other = 0.3 + standard_draws(2), standard_draws(3)
    tests = {"other": Measurement(other, 0.5), "blunt": Measurement(effect, 1e6)}
    found = sample_information(all_or_nothing(effect), np.ones(1), tests)
    assert found is not None
    assert found["other"].value <= found["other"].noise
    assert found["blunt"].value == pytest.approx(0.0, abs=1e-9)


def test_a_joint_posterior_values_a_test_of_a_twin():
    """What moves with the effect measures it; its errors count on top of its own."""
    shared, own = standard_draws(4), standard_draws(5)
    effect = 0.3 + 0.8 * shared + 0.6 * own
    found = sample_information(
        all_or_nothing(effect), np.ones(1), {"twin": Measurement(shared, 0.5)}
    )
    assert found is not None
    # E[effect | y] = .3 + .8 E[shared | y], with the s.d. .8 / sqrt(1 + .25).
    known = 0.8 / np.sqrt(1.25)
    expected = known * norm.pdf(0.3 / known) + 0.3 * norm.cdf(0.3 / known) - 0.3
    assert found["twin"].value == pytest.approx(expected, abs=0.01)


def test_the_widest_interval_is_not_always_worth_the_test():
    """A wide effect that no outcome moves money for is worth less than a narrow one that does."""
    sure, close = 3.0 + 0.9 * standard_draws(6), 0.05 + 0.3 * standard_draws(7)
    problem = read_problem(
        {
            "budget": {"max": 2.0},
            "stay": False,
            "channels": {"sure": {"max": 1}, "close": {"max": 1}},
        }
    )
    lines = Lines(1.0 + np.stack([sure, close], axis=1), ("sure", "close"))
    case = case_of(problem, lines, np.zeros(2))
    tests = {"sure": Measurement(sure, 0.1), "close": Measurement(close, 0.1)}
    found = sample_information(case, np.ones(2), tests)
    assert found is not None
    assert sure.std() > 2.0 * close.std()
    assert found["close"].value > 10.0 * found["sure"].value


@pytest.mark.parametrize(
    "response", [Lines(np.ones((10, 1)), ("tv",)), replace(sums(2), separable=False)]
)
def test_too_few_draws_and_effects_that_do_not_add_up_have_no_value(response):
    case = case_of(read_problem({"budget": {"max": 1.0}}), response, np.zeros(len(response.names)))
    tests = {"tv": Measurement(response.draws(np.ones(len(response.names))), 1.0)}
    assert sample_information(case, case.current, tests) is None


@pytest.mark.parametrize("sd", [0.0, np.nan, np.inf])
def test_a_measurement_without_a_spread_is_refused(sd):
    with pytest.raises(ValueError, match="positive finite"):
        Measurement(np.ones(3), sd)


def test_who_tests_by_value_earns_more_than_who_tests_the_widest_interval():
    """Two effects, one budget: the wide one stays ahead whatever its test says."""
    rng = np.random.default_rng(8)
    wide, close = 4.0 + 1.0 * standard_draws(9), 0.1 + 0.4 * standard_draws(10)
    effects = {"wide": wide, "close": close}
    values = {}
    for name, effect in effects.items():
        found = sample_information(
            all_or_nothing(effect), np.ones(1), {name: Measurement(effect, 0.2)}
        )
        assert found is not None
        values[name] = found[name].value
    by_value = max(values, key=values.__getitem__)
    by_width = max(effects, key=lambda name: float(effects[name].std()))
    assert (by_value, by_width) == ("close", "wide")

    def earned(tested: str, truth: dict[str, float]) -> float:
        """What spending on each effect that looks worth it brings, one of them measured."""
        told = truth[tested] + 0.2 * rng.standard_normal()
        mean = {name: effect.mean() for name, effect in effects.items()}
        spread = effects[tested].std()
        mean[tested] += spread**2 / (spread**2 + 0.2**2) * (told - mean[tested])
        return sum(truth[name] for name in effects if mean[name] > 0.0)

    truths = [{n: e[k] for n, e in effects.items()} for k in rng.integers(DRAWS, size=2000)]
    more = np.array([earned(by_value, t) - earned(by_width, t) for t in truths])
    assert more.mean() > 4.0 * more.std() / np.sqrt(more.size)
    assert more.mean() == pytest.approx(values["close"] - values["wide"], abs=0.02)
