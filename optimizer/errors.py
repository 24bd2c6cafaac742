"""Errors of the optimizer.

OptimizerError
├── InvalidProblem    the request is malformed or contradicts itself: correct the named fields
├── Infeasible        each field is valid, no plan satisfies all: relax one of the named limits
├── InvalidResponse   the response broke its contract (shape): repair the model behind it
│   └── ResponseNotFinite   it is NaN or infinite at a plan: ask nearer to the data
├── SolverFailed      a linear program ended without an answer: rescale the problem or report it
└── Cancelled         the caller stopped waiting: nothing to repair

None of them knows about HTTP; the caller maps them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

MAX_ISSUES = 20
"""That an error about a problem lists; of many limits there may be more than anybody reads."""


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with a request.

    pointer: RFC 6901 JSON pointer into the problem, e.g. "/channels/tv/min".
    code: a stable word for programs.  detail: a sentence for people, with the numbers.
    """

    pointer: str
    code: str
    detail: str


def json_pointer(*parts: str | int) -> str:
    """The RFC 6901 pointer to a path of keys and indices; no parts give the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def first_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The first ``MAX_ISSUES``, and one that counts the others, of which none is kept."""
    every = iter(issues)
    first = tuple(islice(every, MAX_ISSUES))
    left = sum(1 for _ in every)
    return (*first, Issue("", "more", f"and {left} more")) if left else first


class OptimizerError(Exception):
    """Anything that the optimizer refuses or cannot do."""


class _IssuesError(OptimizerError):
    """An error that consists of issues; its text has one line for each."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__("\n".join(_line(issue) for issue in issues))
        self.issues = issues


class InvalidProblem(_IssuesError):
    """The problem is malformed or contradicts itself."""


class Infeasible(_IssuesError):
    """No plan satisfies all limits.

    The first issue is the conflict in one sentence, the others are the limits that take part in it.
    """


class InvalidResponse(OptimizerError):
    """The response returned an array of the wrong shape, or one that is not finite."""


class ResponseNotFinite(InvalidResponse):
    """The response holds NaN or infinity: the plan or its assumptions lie too far from the data."""


class SolverFailed(OptimizerError):
    """A linear program over a feasible set ended without an answer."""


class Cancelled(OptimizerError):
    """The caller left while the plan was being looked for; there is no answer."""


def _line(issue: Issue) -> str:
    return f"{issue.pointer}: {issue.detail}" if issue.pointer else issue.detail
