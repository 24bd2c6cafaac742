"""Fits with a first look, for the tests: the fake's, which is the trusted model with less of tv."""

import shutil
from dataclasses import replace
from pathlib import Path

import httpx

from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel, Method, save_model
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import CHAIN_RULES, DRAFT, RULES
from mmm.spec.sampling import SamplingSpec
from tests.app.running import operation, wait_until
from tests.mmm.fakes import fake_model


def first_look_model() -> FittedModel:
    """The trusted model with a hundredth of the effect of tv, as a draft without evidence."""
    model = fake_model()
    dataset = model.posterior.dataset.copy(deep=True)
    dataset["beta"].loc[{"channel": "tv"}] *= 0.01
    values = {rule.name: rule.caution for rule in RULES if rule not in CHAIN_RULES}
    verdict = judge({**values, DRAFT: 1.0, "pareto_k": 0.5})
    method = Method("laplace", "0", "collapsed", SamplingSpec(method="laplace"), 1.0)
    return replace(model, posterior=Posterior(dataset), verdict=verdict, method=method)


def with_looks(models: Path, folder: Path) -> Path:
    """A copy of the folder ``models`` whose fits have a first look."""
    shutil.copytree(models, folder)
    save_model(first_look_model(), folder / "look.nc")
    return folder


def look_of(client: httpx.Client, operation_id: str) -> str:
    """The id of the first look of a running fit."""
    wait_until(lambda: operation(client, operation_id)["first_look"] is not None)
    return str(operation(client, operation_id)["first_look"]["model_id"])
