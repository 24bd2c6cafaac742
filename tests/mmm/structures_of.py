"""Which structures a specification has, by name, and all that random specifications should show."""

from mmm.spec.environment import COUNTS
from mmm.spec.model import ModelSpec

ADSTOCKS = ("geometric", "delayed", "weibull", "none")
MORE_ADSTOCKS = ("gamma",)
CURVES = ("hill", "logistic", "michaelis_menten", "tanh", "power", "none")
EVERY = {
    *("normal", "student_t", "lognormal", "negative_binomial", "log link of a normal kpi"),
    *("units", "revenue", "iid", "ar1", "ar1 of student_t", "ar1 of counts", "scale by geo"),
    *(f"adstock {kind}" for kind in ADSTOCKS + MORE_ADSTOCKS),
    *(f"curve {kind}" for kind in CURVES),
    *("roi", "marginal_roi", "share", "elasticity", "half-life"),
    *("geos", "products", "geos and products", "national", "exposure", "frequency"),
    *("price on all", "price on baseline", "rival price", "rival spend"),
    *("mediator", "two mediators", "chain", "late mediator", "removed edge"),
    *("demand series", "demand sensor", "demand latent", "demand none"),
    *("events", "carried event"),
    *("trend linear", "trend piecewise", "trend smooth", "trend random_walk", "trend none"),
    *("holidays", "no season"),
    *("interactions", "varying", "saturation first", "any sign"),
}


def structures_of(spec: ModelSpec) -> set[str]:
    """The names of ``EVERY`` that hold of ``spec``."""
    return {
        *(spec.kpi.likelihood, spec.kpi.kind, spec.noise.kind, f"trend {spec.trend.kind}"),
        *(f"adstock {channel.adstock.kind}" for channel in spec.channels),
        *(f"curve {channel.saturation.kind}" for channel in spec.channels),
        *(channel.prior.effect[0] for channel in spec.channels if channel.prior.effect),
        *([f"demand {spec.demand.kind}"] if spec.demand else []),
        *([f"price on {spec.price.acts_on}"] if spec.price else []),
        *(name for name, has in _optional(spec).items() if has),
    }


def _optional(spec: ModelSpec) -> dict[str, bool]:
    edges = [(edge.cause, edge.effect) for edge in spec.edges.add]
    return {
        "log link of a normal kpi": spec.kpi.likelihood == "normal" and spec.log_link,
        "ar1 of student_t": (spec.kpi.likelihood, spec.noise.kind) == ("student_t", "ar1"),
        "ar1 of counts": spec.kpi.likelihood in COUNTS and spec.noise.kind == "ar1",
        "scale by geo": spec.noise.scale == "geo",
        "saturation first": any(c.saturation.order == "saturation_first" for c in spec.channels),
        "any sign": any(channel.is_signed for channel in spec.channels),
        "half-life": any(channel.prior.half_life for channel in spec.channels),
        "geos": bool(spec.geo),
        "products": bool(spec.product),
        "geos and products": bool(spec.geo and spec.product),
        "national": any(channel.national for channel in spec.channels),
        "exposure": any(c.exposure and not c.frequency for c in spec.channels),
        "frequency": any(channel.frequency for channel in spec.channels),
        "rival price": any(rival.price for rival in spec.competitors),
        "rival spend": any(rival.spend for rival in spec.competitors),
        "mediator": len(spec.mediators) == 1,
        "two mediators": len(spec.mediators) == 2,
        "chain": ("awareness", "queries") in edges,
        "late mediator": any(effect == "kpi" for _, effect in edges),
        "removed edge": bool(spec.edges.remove),
        "events": bool(spec.events),
        "carried event": any(event.adstock.kind != "none" for event in spec.events),
        "holidays": spec.holidays is not None,
        "no season": not spec.seasonality.yearly,
        "interactions": bool(spec.interactions),
        "varying": bool(spec.time_varying),
    }
