"""Labels of every dimension that a parameter may have."""

from typing import Any

from mmm.data.design import Design
from mmm.data.holiday_calendar import window_labels
from mmm.priors.coefficients import acting_mediators, coefficient_vectors, varying_function_count
from mmm.priors.effects import FREE_EFFECT, SIGNED_EFFECT
from mmm.spec.structure import Structure, event_parameters


def coords(design: Design) -> dict[str, list[Any]]:
    """Labels of every dimension that a parameter may have."""
    spec, s, panel = design.spec, design.structure, design.panel
    media = [medium.name for medium in s.media]
    labels_by_dim: dict[str, list[Any]] = {
        "date": [week.isoformat() for week in panel.weeks],
        "geo": list(panel.geos),
        "channel": list(s.channels),
        "control": list(s.controls),
        "priced_rival": list(s.priced_rivals),
        "spending_rival": list(s.spending_rivals),
        "mediator": list(s.mediators),
        "event": list(s.events),
        "acting_control": [s.controls[i] for i in s.acting_controls],
        "media_path": [media[i] for i in s.paths],
        "parent": [_parent_label(s, i) for i in range(len(s.parents))],
        "pair": ["*".join(s.channels[i] for i in pair) for pair in s.interactions],
        "varying_group": [",".join(s.channels[i] for i in group) for group in s.varying],
        "driven": [s.channels[i] for i in s.driven],
        "index": [s.controls[s.index]] if s.index is not None else [],
        "mediator_harmonic": list(range(2 * s.yearly)),
        "varying_wave": list(range(varying_function_count(spec, design.scales))),
    }
    for dim, signed in ((FREE_EFFECT, False), (SIGNED_EFFECT, True)):
        labels_by_dim[dim] = [
            channel.name
            for channel, medium in zip(spec.channels, s.media[: s.n_channels], strict=True)
            if medium.acts and channel.prior.effect is None and channel.is_signed == signed
        ]
    labels = {
        "holiday_name": window_labels(
            design.scales.holidays, spec.holidays.offsets if spec.holidays else ()
        ),
        "product": sorted(set(panel.products)),
        "acting_mediator": [s.mediators[i] for i in acting_mediators(s)],
    }
    for item in coefficient_vectors(design):
        labels_by_dim.setdefault(item.dim, labels.get(item.dim, list(range(item.size))))
    for name, members in s.parameter_media.items():
        labels_by_dim[f"{name}_medium"] = [media[member] for member in members]
    for name, events in event_parameters(s).items():
        labels_by_dim[f"{name}_event"] = [s.events[i] for i in events]
    return labels_by_dim


def _parent_label(s: Structure, index: int) -> str:
    link = s.parents[index]
    names = {"control": s.controls, "mediator": s.mediators, "price": ("price",)}[link.kind]
    return f"{names[link.position]}>{s.mediators[link.mediator]}"
