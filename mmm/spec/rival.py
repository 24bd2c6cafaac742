"""The rival of a specification: the same variables under another structure of what is not media.

A model's answers may rest on how it explains slow movement of sales and the memory of its noise:
what the baseline cannot follow is left to media. The rival has the structure that the model lacks:
a baseline that wanders and noise that remembers, or, where the model has both, neither.
"""

from dataclasses import dataclass

from mmm.spec.environment import Trend
from mmm.spec.model import ModelSpec

BASELINES = {"smooth": "a baseline that wanders", "linear": "a straight baseline"}
WANDER = ("smooth", "random_walk")
NOISES = {"ar1": "noise that remembers", "iid": "noise without memory"}


@dataclass(frozen=True)
class Rival:
    """A rival specification, and ``structure``: how it differs, in words."""

    spec: ModelSpec
    structure: str


def rival_of(spec: ModelSpec) -> Rival:
    """The rival of ``spec``: same data, channels, prices, graph and lift tests, other structure."""
    wanders, remembers = spec.trend.kind in WANDER, spec.noise.kind == "ar1"
    if wanders and remembers:
        trend, noise_kind = Trend(), "iid"
    else:
        trend = spec.trend if wanders else Trend(kind="smooth")
        noise_kind = "ar1"
    noise = spec.noise.model_copy(update={"kind": noise_kind})
    words = [BASELINES[trend.kind]] if trend != spec.trend else []
    words += [NOISES[noise.kind]] if noise != spec.noise else []
    document = spec.model_dump(mode="json")
    document |= {"trend": trend.model_dump(mode="json"), "noise": noise.model_dump(mode="json")}
    return Rival(ModelSpec.model_validate(document), " and ".join(words))
