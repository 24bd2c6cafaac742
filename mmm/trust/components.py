"""The components of a posterior at its draws: likelihood of all data, and each channel's priors.

The draws are joint ones of every parameter, coefficients that a collapsed fit draws back included.
"""

import numpy as np

from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.priors.declared import declared_priors, log_densities
from mmm.refit.weekly_density import LOG_2PI, weekly_log_density
from mmm.types import Array


def log_likelihood(model: FittedModel) -> Array:
    """(draw,) log density of all data, lift tests included, given every parameter and state."""
    total = weekly_log_density(model).sum(1)
    tests = resolve_lift_tests(model.design)
    if tests:
        found = predicted_lifts(tests, model.posterior.draws, model.design, np, plain_array)
        sd = np.array([test.sd for test in tests])
        z = (np.array([test.lift for test in tests]) - np.asarray(found)) / sd
        total = total - (0.5 * (z**2 + LOG_2PI) + np.log(sd)).sum(-1)
    return np.asarray(total)


def log_priors(model: FittedModel) -> dict[str, Array]:
    """(draw,) log density of every channel's own priors, by channel, but for constants."""
    channels, draws = model.structure.channels, model.posterior.draws
    found = {name: np.zeros(model.posterior.n_draws) for name in channels}
    for declared in declared_priors(model.design):
        owners = declared.media(channels)
        if declared.name not in draws or not any(owners):
            continue
        by_entry = log_densities(declared, draws[declared.name])
        for entry, owner in enumerate(owners):
            if owner is not None:
                found[owner] = found[owner] + by_entry[:, entry]
    return found
