"""Errors of the model package.

    MmmError
    ├── DataError       the table does not fit: cells, calendar, columns
    │   └── TableTooLarge   it exceeds a limit of rows, columns or bytes
    ├── SpecError       the model specification contradicts itself or the data
    ├── QueryError      a question the fitted model cannot answer as asked
    ├── SamplingError   the method or backend cannot make the draws
    └── ArtefactError   a stored file that cannot be read back

The first four carry issues: where (a JSON pointer), a code for programs, a sentence for people.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

MAX_ISSUES = 20
"""That an error lists; of a large document there may be more than anybody reads."""


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong: JSON pointer, machine code, a sentence naming the numbers."""

    pointer: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.detail}" if self.pointer else self.detail

    def under(self, where: str) -> Self:
        """The same issue of a document that stands at the pointer ``where`` of another."""
        return replace(self, pointer=where + self.pointer)


def first_issues(
    issues: Iterable[Issue], count: int | None = None, others: str = "more"
) -> list[Issue]:
    """The first ``MAX_ISSUES``, and one that counts the others, of which none is kept.

    ``count`` of all where it is known: no more than the first are taken then. ``others``: the words
    after their number.
    """
    every = iter(issues)
    first = list(islice(every, MAX_ISSUES))
    left = (sum(1 for _ in every) if count is None else count - len(first)) if first else 0
    return [*first, Issue("", "more", f"and {left} {others}")] if left else first


class FieldsError(ValueError):
    """Raised inside a validator for faults in fields below the validated one."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("; ".join(str(issue) for issue in self.issues))


class MmmError(Exception):
    """Root of every error that this package raises on purpose."""


class IssuesError(MmmError):
    """An error made of one or more issues; ``str`` gives one line per issue."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Issue, ...]]]:
        """An error may come from another process."""
        return type(self), (self.issues,)


class DataError(IssuesError):
    """The table cannot be used as it is; correct the rows or columns named and send it again."""


class TableTooLarge(DataError):
    """The table exceeds a limit; send less of it, or raise the limit."""


class SpecError(IssuesError):
    """The specification cannot be used as it is; correct the fields named."""


class QueryError(IssuesError):
    """The question cannot be answered as asked; correct the fields named."""


class SamplingError(IssuesError):
    """The posterior cannot be sampled as asked; change the fields of ``sampling`` named."""


class ArtefactError(MmmError):
    """A stored file is missing, damaged or from another format; fit or upload again."""


def pointer(*parts: str | int) -> str:
    """RFC 6901 JSON pointer from its unescaped parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
