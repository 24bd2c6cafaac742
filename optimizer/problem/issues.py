"""Issues about wrong numbers and names, each a sentence with its pointer; shared by all checks."""

from collections.abc import Iterator, Sequence

from optimizer.errors import Issue, json_pointer

type PointerPath = tuple[str | int, ...]


def format_number(value: float) -> str:
    """The number as people write it: "900,000"; cents stay, and so do digits below a cent."""
    if value != 0 and abs(value) < 0.01:
        return f"{value:.6g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def negative_issues(
    path: PointerPath, subject: str, values: dict[str, float | None]
) -> Iterator[Issue]:
    """One issue for each value below 0."""
    for field, value in values.items():
        if value is not None and value < 0:
            yield negative_issue(json_pointer(*path, field), f"{subject} {field}", value)


def negative_issue(where: str, subject: str, value: float) -> Issue:
    """The issue of a value below 0."""
    return Issue(where, "negative", f"{subject} is {format_number(value)}; it cannot be negative")


def share_above_one_issues(
    path: PointerPath, label: str, limits: dict[str, float | None]
) -> Iterator[Issue]:
    """One issue for each share above 1."""
    for field in ("min_share", "max_share"):
        value = limits[field]
        if value is not None and value > 1:
            yield Issue(
                json_pointer(*path, field),
                "out_of_range",
                f"{label}: {field} is {format_number(value)}; a share is between 0 and 1",
            )


def crossed_issues(
    path: PointerPath,
    label: str,
    low_field: str,
    low: float | None,
    high_field: str,
    high: float | None,
) -> Iterator[Issue]:
    """An issue where a lower limit is above the upper one."""
    if low is not None and high is not None and low > high:
        yield Issue(
            json_pointer(*path, low_field),
            "crossed",
            f"{label}: {low_field} of {format_number(low)} "
            f"is more than {high_field} of {format_number(high)}",
        )


def missing_limit_issues(
    path: PointerPath, label: str, limits: dict[str, float | None]
) -> Iterator[Issue]:
    """An issue where every limit is None, so that nothing is limited."""
    if all(value is None for value in limits.values()):
        first, last = ", ".join(list(limits)[:-1]), list(limits)[-1]
        yield Issue(json_pointer(*path), "empty", f"{label} has no {first} or {last}")


def unknown_name_issue(
    path: PointerPath, name: str, names: Sequence[str], kind: str = "channel"
) -> Issue:
    """The issue of a name that no channel, geo or week has."""
    known = f"; known: {', '.join(names)}" if names else f": the plan is not decided by {kind}"
    return Issue(json_pointer(*path), f"unknown_{kind}", f'there is no {kind} "{name}"{known}')
