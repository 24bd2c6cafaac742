"""What the priors alone imply of each channel: its share of the observed KPI, and its return."""

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.checks.implied_channel import ImpliedChannel
from mmm.checks.prior import affordable_prior_model
from mmm.data.design import Design
from mmm.summarize import summarize


def implied_channels(design: Design) -> tuple[ImpliedChannel, ...]:
    """Every channel by the priors of ``design``, in the order of the specification."""
    kpi = design.panel.array("kpi")
    prior = affordable_prior_model(design)
    share = channel_contributions(prior) / kpi.sum()
    roi = return_draws(prior)[0] if design.spec.has_currency else None
    return tuple(
        ImpliedChannel(
            name=channel.name,
            stated=channel.prior.effect is not None,
            share=summarize(share[:, position]),
            roi=None if roi is None or channel.is_owned else summarize(roi[:, position]),
        )
        for position, channel in enumerate(design.spec.channels)
    )
