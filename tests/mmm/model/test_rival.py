"""The rival of a specification: another structure, the same variables."""

import pytest

from mmm.spec.model import parse_spec
from mmm.spec.rival import rival_of

USUAL = {"kpi": {"column": "sales"}, "date": "week", "channels": ["tv", "radio"]}
COUNTS = {"column": "sales", "likelihood": "negative_binomial", "kind": "units"}
BOTH = "a baseline that wanders and noise that remembers"
WALK = {"trend": {"kind": "random_walk"}}
SMOOTH, MEMORY = {"trend": {"kind": "smooth"}}, {"noise": {"kind": "ar1"}}


@pytest.mark.parametrize(
    ("changes", "trend", "noise", "structure"),
    [
        ({}, "smooth", "ar1", BOTH),
        ({"trend": {"kind": "none"}}, "smooth", "ar1", BOTH),
        (MEMORY, "smooth", "ar1", "a baseline that wanders"),
        (SMOOTH, "smooth", "ar1", "noise that remembers"),
        (SMOOTH | MEMORY, "linear", "iid", "a straight baseline and noise without memory"),
        (WALK | MEMORY, "linear", "iid", "a straight baseline and noise without memory"),
        ({"kpi": {"column": "sales", "likelihood": "student_t"}}, "smooth", "ar1", BOTH),
        ({"kpi": COUNTS}, "smooth", "ar1", BOTH),
        (SMOOTH | {"kpi": COUNTS}, "smooth", "ar1", "noise that remembers"),
    ],
)
def test_a_rival_has_the_structure_that_the_model_lacks(changes, trend, noise, structure) -> None:
    spec = parse_spec(USUAL | changes)
    rival = rival_of(spec)
    assert (rival.spec.trend.kind, rival.spec.noise.kind) == (trend, noise)
    assert rival.structure == structure
    structural = {"trend", "noise"}
    assert rival.spec.model_dump(exclude=structural) == spec.model_dump(exclude=structural)


def test_noise_by_geo_and_edges_stay() -> None:
    edges = {"add": [{"from": "price", "to": "tv", "lag": 1}]}
    changes = {"geo": "region", "noise": {"kind": "iid", "scale": "geo"}, "edges": edges}
    rival = rival_of(parse_spec(USUAL | {"price": {"column": "price"}} | changes))
    assert rival.spec.noise.scale == "geo"
    assert (
        rival.spec.edges == parse_spec(USUAL | {"price": {"column": "price"}, "edges": edges}).edges
    )
