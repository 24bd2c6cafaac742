"""The rival of a specification: the same variables under another structure of what is not media.

A model's answers may rest on how it explains slow movement of sales and the memory of its noise:
what the baseline cannot follow is left to media. The rival has the structure that the model lacks:
a baseline that wanders and noise that remembers, or, where the model has both, neither.
"""

from dataclasses import dataclass

from mmm.spec.environment import COUNTS, Noise, Trend
from mmm.spec.model import ModelSpec


@dataclass(frozen=True)
class Rival:
    """A rival specification, and ``structure``: how it differs, in words."""

    spec: ModelSpec
    structure: str


def rival_of(spec: ModelSpec) -> Rival:
    """The rival of ``spec``: same data, channels, prices, graph and lift tests, other structure."""
    remembers = spec.kpi.likelihood not in COUNTS | {"student_t"}
    wanders, remembered = spec.trend.kind == "smooth", spec.noise.kind == "ar1"
    if wanders and (remembered or not remembers):
        trend, noise = Trend(), spec.noise.model_copy(update={"kind": "iid"})
        words = ["a straight baseline"] + (["noise without memory"] if remembered else [])
    else:
        trend = spec.trend if wanders else Trend(kind="smooth")
        kind = "ar1" if remembers else spec.noise.kind
        noise = spec.noise.model_copy(update={"kind": kind})
        words = [] if wanders else ["a baseline that wanders"]
        words += ["noise that remembers"] if _differs(spec, noise) else []
    document = spec.model_dump(mode="json")
    document |= {"trend": trend.model_dump(mode="json"), "noise": noise.model_dump(mode="json")}
    return Rival(ModelSpec.model_validate(document), " and ".join(words))


def _differs(spec: ModelSpec, noise: Noise) -> bool:
    return noise.kind != spec.noise.kind
