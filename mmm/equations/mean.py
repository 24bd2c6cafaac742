"""The structural equations: each node's mean given its parents, written once.

For week t and geo g, in shares of the mean KPI (identity link):

    mean         = price_factor * (baseline + sum_c media_c + sum_k rival_media_k + sum_m mediated_m
                   + interaction) + controls + ar
    price_factor = (price / price_ref)^e * prod_k (rival_price_k / ref_k)^h_k
    baseline     = level_g + trend + season + holidays + events + shock_t + demand_t
    media_c      =  beta[c, g] * multiplier_c[t] * saturation_c(adstock_c(exposure_c))
    rival_media_k = -gamma_k   * saturation_k(adstock_k(rival exposure_k))
    mediated_m   = effect_m * m[t - lag_m, g]            m: see ``mediators``
    interaction  = sum_ab coefficient_ab * curve_a / curve_a(1) * curve_b / curve_b(1)

    e -> elasticity (1 + elasticity where the KPI is revenue)   h -> cross_elasticity

With ``price.acts_on = "baseline"`` the factor multiplies only the baseline. With the log link the
terms and the log of the price factor add up to the log mean. The same functions run on PyTensor
tensors to build the PyMC graph and on NumPy arrays to answer questions over all draws: parameters
carry leading draw dimensions (or none), inputs none. Shapes are given per function.
"""

from dataclasses import dataclass, replace

from mmm.data.inputs import Inputs
from mmm.equations.linear_terms import BASELINE_PARTS, LinearTerm, linear_terms, weighted_sum
from mmm.equations.media import curve_at_one, media_curves
from mmm.equations.mediators import MediatorValue, mediator_states
from mmm.spec.structure import Structure
from mmm.types import Namespace, Parameters, Tensor


@dataclass(frozen=True)
class Terms:
    """The parts of the mean, each (..., week, geo) unless said otherwise.

    ``baseline`` by name; ``media (..., direct medium, week, geo)`` signed; ``paths (..., path,
    week, geo)`` what each channel adds to its mediator, in the mediator's s.d.; ``states (...,
    mediator, week, geo)``; ``linear`` the linear terms, by the name of their coefficients.
    """

    price_factor: Tensor
    baseline: dict[str, Tensor]
    media: Tensor
    paths: Tensor
    states: Tensor
    mediated: Tensor
    interaction: Tensor
    control: Tensor
    ar: Tensor
    linear: dict[str, LinearTerm]


def terms(
    p: Parameters,
    d: Inputs,
    s: Structure,
    xp: Namespace,
    mediator_value: MediatorValue | None = None,
) -> Terms:
    """All parts of the mean; ``mediator_value`` gives a mediator's value from its mean."""
    zero = xp.zeros_like(d.log_price)
    t = nonlinear_terms(p, d, s, xp, mediator_value)
    linear = {term.name: term for term in linear_terms(p, d, s, t.states, xp)}
    parts = {name: weighted_sum(p[name], term) for name, term in linear.items()}
    baseline = {"level": p["level"][..., None, :] + zero}
    for name, key in BASELINE_PARTS.items():
        if name in parts:
            baseline[key] = baseline.get(key, zero) + parts[name]
    if "walk_ahead" in p:
        baseline["trend"] = baseline["trend"] + p["walk_ahead"][..., :, None]
    if "shock" in p:
        baseline["shock"] = p["shock"][..., :, None] + zero
    return replace(
        t,
        baseline={**baseline, **t.baseline},
        mediated=parts.get("mediator_effect", zero) + zero,
        control=parts.get("control_effect", zero) + zero,
        linear=linear,
    )


def nonlinear_terms(
    p: Parameters,
    d: Inputs,
    s: Structure,
    xp: Namespace,
    mediator_value: MediatorValue | None = None,
) -> Terms:
    """The parts of the mean that are not linear terms; the others are zero or absent."""
    zero = xp.zeros_like(d.log_price)
    signed = media_terms(p, d, s, xp)
    paths = signed[..., s.n_direct :, :, :]
    baseline = {}
    if "demand" in p:
        baseline["demand"] = (p["demand_effect"][..., None] * p["demand"])[..., :, None] + zero
    return Terms(
        price_factor=price_factor(p, d, s, xp),
        baseline=baseline,
        media=signed[..., : s.n_direct, :, :],
        paths=paths,
        states=mediator_states(p, d, s, paths, xp, mediator_value),
        mediated=zero,
        interaction=interaction_terms(p, d, s, xp).sum(-3) if s.interactions else zero,
        control=zero,
        ar=p.get("ar", zero),
        linear={},
    )


def predictor(t: Terms, s: Structure, xp: Namespace, level: float = 0.0) -> Tensor:
    """(..., week, geo) structural mean in scaled units, or its log with the log link.

    ``level`` is added to the baseline.
    """
    baseline = sum(t.baseline.values(), level)
    effects = t.media.sum(-3) + t.mediated + t.interaction
    if s.log_link:
        return xp.log(t.price_factor) + baseline + effects + t.control + t.ar
    if s.price_acts_on_all:
        return t.price_factor * (baseline + effects) + t.control + t.ar
    return t.price_factor * baseline + effects + t.control + t.ar


def mean(t: Terms, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo) structural mean of the KPI, in scaled units (log-normal: the median)."""
    value = predictor(t, s, xp)
    return xp.exp(value) if s.log_link else value


def log_price_parts(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., price, week, geo) log of each price's factor: own price first, if any, then rivals'."""
    parts = _own_and_rival_log_prices(p, d, s)
    return parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-3)


def _own_and_rival_log_prices(p: Parameters, d: Inputs, s: Structure) -> list[Tensor]:
    """The parts of ``log_price_parts``: one array for the own price, one for the rivals'."""
    parts = []
    if s.has_price:
        own = p["elasticity_geo"] if "elasticity_geo" in p else p["elasticity"][..., None]
        exponent = own + (1.0 if s.kpi_is_revenue else 0.0)
        parts.append((exponent[..., None, :] * d.log_price)[..., None, :, :])
    if s.priced_rivals:
        named = "cross_elasticity_geo" in p
        cross = p["cross_elasticity_geo"] if named else p["cross_elasticity"][..., None]
        parts.append(cross[..., None, :] * d.log_rival_price)
    return parts


def price_factor(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo) factor of all prices; one at the reference prices."""
    if not s.has_price_factor:
        return xp.ones_like(d.log_price)
    return xp.exp(sum(part.sum(-3) for part in _own_and_rival_log_prices(p, d, s)))


def media_terms(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week, geo) signed contributions before the price factor.

    Media that act on a mediator are in the s.d. of that mediator.
    """
    return media_coefficients(p, d, s, xp) * media_curves(p, d, s, xp)


def media_coefficients(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week or 1, geo) signed coefficient of every curve."""
    parts = [p["beta"]]
    one = xp.ones_like(d.log_price[0])
    if s.spending_rivals:
        parts.append(-p["gamma"][..., :, None] * one)
    if s.paths:
        parts.append(p["path"][..., :, None] * one)
    joined = parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-2)
    fixed = joined[..., None, :]
    return fixed * effectiveness(p, d, s, xp) if s.varying else fixed


def effectiveness(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week, 1) multiplier of each medium over time; one where it does not vary."""
    logs = (p["varying"][..., None] * d.basis["varying"]).sum(-2)
    factor = xp.exp(logs)
    fixed = xp.ones_like(factor[..., 0, :])
    group_of = {member: group for group, members in enumerate(s.varying) for member in members}
    by_medium = [
        factor[..., group_of[i], :] if i in group_of else fixed for i in range(len(s.media))
    ]
    return xp.stack(by_medium, axis=-2)[..., None]


def interaction_terms(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., pair, week, geo) joint effect of each pair of channels before the price factor."""
    relative = media_curves(p, d, s, xp) / curve_at_one(p, s, xp)[..., None, None]
    first, second = ([pair[k] for pair in s.interactions] for k in (0, 1))
    pairs = relative[..., first, :, :] * relative[..., second, :, :]
    return p["interaction"][..., None, None] * pairs
