"""The causal graph of a fitted model and everything derived from it, as one JSON answer."""

from typing import Literal

from pydantic import ConfigDict, Field

from mmm.interval import Answer

NodeKind = Literal[
    "kpi",
    "channel",
    "mediator",
    "control",
    "demand",
    "event",
    "price",
    "rival_price",
    "rival_spend",
    "unobserved",
]
EdgeBasis = Literal["implied", "declared", "possible"]


class GraphNode(Answer):
    """A series; ``treated`` marks a lever, which the user decides: an own channel or own price."""

    name: str
    kind: NodeKind
    observed: bool
    treated: bool


class GraphEdge(Answer):
    """The cause acts after ``lag`` weeks, and for ``carryover`` weeks more."""

    model_config = ConfigDict(
        frozen=True, serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )
    cause: str = Field(alias="from")
    effect: str = Field(alias="to")
    lag: int = 0
    carryover: int = 0
    basis: EdgeBasis


class GraphWarning(Answer):
    """What is wrong with the series ``name``, the ``edges`` that show it, and the remedy."""

    code: Literal["mediator", "descendant", "collider"]
    name: str
    edges: tuple[str, ...]
    detail: str


class Benchmark(Answer):
    """The held series such that a hidden confounder as strong would shift the effect most.

    ``with_lever``, ``with_kpi``: its own partial R2, as in ``sensitivity``. ``would_take``: share
    of the effect that a hidden confounder exactly as strong would account for.
    """

    name: str
    with_lever: float
    with_kpi: float
    would_take: float


class TippingPoint(Answer):
    """Partial R2 that a hidden confounder needs with both the lever and the KPI, given all else.

    ``to_zero``: for the mean effect to vanish. ``interval_to_zero``: for the 90 % interval to reach
    zero. ``roi_to_one``: for the mean ROI to fall to one; null where it is not above one, or where
    the KPI has no value. ``alone``: with the lever only, of a confounder that explains everything
    left of the KPI.
    """

    to_zero: float
    interval_to_zero: float
    roi_to_one: float | None
    alone: float
    benchmark: Benchmark | None
    summary: str


IdentificationStatus = Literal["identified", "assumed", "tested"]


class OtherWay(Answer):
    """A way to an effect that adjustment does not find: the series ``by`` is a front door or an
    instrument, the latter ``given`` these series."""

    kind: Literal["front_door", "instrument"]
    by: str
    given: tuple[str, ...] = ()


class EffectStatus(Answer):
    """``identified`` by the graph, ``tested`` by a lift test, or else ``assumed``.

    ``adjustment_set``: the series that identify the effect, beside the graph's background; null
    where nothing identifies it. ``tests``: the lift tests of this effect. ``tipping_point``: how
    strong a hidden confounder would overturn the effect, where it is assumed and the model fitted.
    ``other_ways``: what identifies the total effect by the graph although the model's equations do
    not use it.
    """

    status: IdentificationStatus
    reason: str
    adjustment_set: tuple[str, ...] | None
    tests: tuple[str, ...] = ()
    tipping_point: TippingPoint | None = None
    other_ways: tuple[OtherWay, ...] = ()


class LeverEffects(Answer):
    """Effects of a channel or the price: ``direct`` along its edge to the KPI, ``total`` on all
    paths."""

    name: str
    kind: NodeKind
    total: EffectStatus
    direct: EffectStatus


class IndependenceTest(Answer):
    """One implied independence and its test; no numbers where the data do not suffice (``note``).

    ``correlation``: partial correlation given ``given``, the background and both series' own past.
    ``effective_weeks``: effective number of independent cells. ``contradicted``: ``p_adjusted`` is
    below 5 %; ``if_contradicted`` says what that would mean.
    """

    first: str
    second: str
    given: tuple[str, ...]
    correlation: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    effective_weeks: float | None = None
    detectable: float | None = None
    contradicted: bool = False
    if_contradicted: str
    note: str | None = None


class Independencies(Answer):
    """The tests; ``left_out`` counts the pairs of series that are not tested for their number."""

    tests: tuple[IndependenceTest, ...]
    left_out: int
    note: str


class GraphAnswer(Answer):
    """Nodes, edges, the status of every lever's effects, warnings, and tests of the graph.

    ``background``: functions of the date that are part of every adjustment set, beside the nodes.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    background: tuple[str, ...]
    effects: tuple[LeverEffects, ...]
    warnings: tuple[GraphWarning, ...]
    independencies: Independencies
    notes: tuple[str, ...]
