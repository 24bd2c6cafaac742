"""A model as data: the specification of a model, of its sampling and of lift tests, as JSON."""

from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec, parse_spec
from mmm.spec.sampling import SamplingSpec

__all__ = ["LiftTest", "ModelSpec", "SamplingSpec", "parse_spec"]
