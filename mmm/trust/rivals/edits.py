"""Edits of a specification by name, in a small vocabulary, and by JSON merge patch.

    with AR(1), without memory              noise that remembers the week before, or does not
    with heavy tails                        noise in which outlying weeks are usual
    with a wandering baseline, with a straight baseline, with a walking baseline
                                            slow waves, a line, or a random walk
    effects multiply                        the log link
    demand latent                           demand is inferred; every channel with a cost follows it
    demand measured with noise              the series of demand is a noisy sensor of it
    NAME as a mediator [of A, B]            a control or channel that media move, and that moves
                                            sales; parents default to all other channels
    NAME drifts                             its effectiveness varies slowly
    NAME builds up                          its carryover may rise before it falls
    NAME saturates first                    each week's exposure saturates, then carries over
    A and B interact                        the effect of one depends on the other
    without NAME                            a control is left out

Names are those of channels and controls. Edits with " + " between them are made one after the
other. A patch is that of RFC 7396: fields replace those of the
specification, null removes one, and lists are replaced as a whole.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from mmm.errors import Issue, QueryError
from mmm.spec.model import ModelSpec, parse_spec

type Document = dict[str, Any]
type Words = tuple[str, ...]

COUNTED = "/edit"


def edited(spec: ModelSpec, edit: str) -> ModelSpec:
    """``spec`` under a named edit.

    Raises QueryError for an edit that is not of the vocabulary or names what is not in the
    specification, SpecError where the two do not go together.
    """
    steps = [step for step in edit.split(" + ") if step.strip()]
    if len(steps) > 1:
        return reduce(edited, steps, spec)
    for pattern, change in _VOCABULARY.items():
        if found := re.fullmatch(pattern, edit.strip(), re.IGNORECASE):
            document = spec.model_dump(mode="json")
            change(document, spec, tuple(group or "" for group in found.groups()))
            return parse_spec(document)
    known = "; ".join(EDITS)
    raise QueryError([Issue(COUNTED, "unknown_edit", f"there is no edit {edit!r}; edits: {known}")])


def patched(spec: ModelSpec, patch: Mapping[str, Any]) -> ModelSpec:
    """``spec`` under a JSON merge patch; raises SpecError."""
    return parse_spec(_merged(spec.model_dump(mode="json"), patch))


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, Mapping):
        return patch
    out = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = _merged(out.get(name), value)
    return out


def _noise(kind: str) -> Callable[[Document, ModelSpec, Words], None]:
    def change(document: Document, _: ModelSpec, __: Words) -> None:
        document["noise"]["kind"] = kind

    return change


def _trend(kind: str) -> Callable[[Document, ModelSpec, Words], None]:
    def change(document: Document, _: ModelSpec, __: Words) -> None:
        document["trend"]["kind"] = kind

    return change


def _heavy_tails(document: Document, _: ModelSpec, __: Words) -> None:
    document["kpi"]["likelihood"] = "student_t"


def _multiply(document: Document, _: ModelSpec, __: Words) -> None:
    document["link"] = "log"


def _latent_demand(document: Document, spec: ModelSpec, _: Words) -> None:
    drives = [channel.name for channel in spec.channels if not channel.is_owned]
    document["demand"] = {"kind": "latent", "drives": drives}


def _mediator(document: Document, spec: ModelSpec, words: Words) -> None:
    name, of = words[0].strip(), words[1].strip()
    column, kind = _column_of(spec, name)
    document[kind] = [item for item in document[kind] if item["name"] != name]
    others = [c["name"] for c in document["channels"]]
    parents = [each.strip() for each in of.split(",")] if of else others
    document["mediators"].append({"name": name, "column": column, "parents": parents})


def _column_of(spec: ModelSpec, name: str) -> tuple[str, str]:
    """The column of a control or channel, and the list that it stands in."""
    for control in spec.controls:
        if control.name == name:
            return control.column, "controls"
    for channel in spec.channels:
        if channel.name == name:
            return channel.column, "channels"
    raise _no_name(spec, name)


def _noisy_series(document: Document, spec: ModelSpec, _: Words) -> None:
    if spec.demand is None or spec.demand.kind != "series":
        detail = "no series of demand is declared, so none can be measured with noise"
        raise QueryError([Issue(COUNTED, "no_series", detail)])
    document["demand"]["kind"] = "sensor"


def _builds_up(document: Document, spec: ModelSpec, words: Words) -> None:
    name = _channel(spec, words[0])
    for channel in document["channels"]:
        if channel["name"] == name:
            channel["adstock"]["kind"] = "gamma"


def _drifts(document: Document, spec: ModelSpec, words: Words) -> None:
    name = _channel(spec, words[0])
    document["time_varying"].append({"channels": [name]})


def _saturates_first(document: Document, spec: ModelSpec, words: Words) -> None:
    name = _channel(spec, words[0])
    for channel in document["channels"]:
        if channel["name"] == name:
            channel["saturation"]["order"] = "saturation_first"


def _interact(document: Document, spec: ModelSpec, words: Words) -> None:
    document["interactions"].append([_channel(spec, words[0]), _channel(spec, words[1])])


def _without(document: Document, spec: ModelSpec, words: Words) -> None:
    name = words[0].strip()
    if name not in {control.name for control in spec.controls}:
        raise _no_name(spec, name)
    document["controls"] = [c for c in document["controls"] if c["name"] != name]


def _channel(spec: ModelSpec, word: str) -> str:
    name = word.strip()
    if name not in {channel.name for channel in spec.channels}:
        raise _no_name(spec, name)
    return name


def _no_name(spec: ModelSpec, name: str) -> QueryError:
    names = ", ".join([*(c.name for c in spec.channels), *(c.name for c in spec.controls)])
    detail = f"the specification has no {name!r} to edit; channels and controls: {names}"
    return QueryError([Issue(COUNTED, "unknown_name", detail)])


_VOCABULARY: Mapping[str, Callable[[Document, ModelSpec, Words], None]] = {
    r"with ar\(1\)": _noise("ar1"),
    r"without memory": _noise("iid"),
    r"with heavy tails": _heavy_tails,
    r"with a wandering baseline": _trend("smooth"),
    r"with a straight baseline": _trend("linear"),
    r"with a walking baseline": _trend("random_walk"),
    r"effects multiply": _multiply,
    r"demand latent": _latent_demand,
    r"demand measured with noise": _noisy_series,
    r"(.+?) as a mediator(?: of (.+))?": _mediator,
    r"(.+) drifts": _drifts,
    r"(.+) builds up": _builds_up,
    r"(.+) saturates first": _saturates_first,
    r"(.+) and (.+) interact": _interact,
    r"without (.+)": _without,
}
EDITS = (
    "with AR(1)",
    "without memory",
    "with heavy tails",
    "with a wandering baseline",
    "with a straight baseline",
    "with a walking baseline",
    "effects multiply",
    "demand latent",
    "demand measured with noise",
    "NAME as a mediator [of A, B]",
    "NAME drifts",
    "NAME builds up",
    "NAME saturates first",
    "A and B interact",
    "without NAME",
)
"""The vocabulary, as people are told it."""
