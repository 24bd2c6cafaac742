"""Every error of ours has its row in the table, and pointers lead to the right place."""

import pytest

from app import errors as own
from app.errors import AppError, JobError, NotFound
from app.problems import INTERNAL, RULES, problem_of, rule_of, status_problem
from mmm import errors as model
from mmm.errors import DataError, Issue, MmmError
from optimizer import errors as decision
from optimizer.errors import OptimizerError

MODULES = (own, model, decision)


def leaves(kind: type) -> list[type]:
    """Public leaf classes of an error tree, as the packages declare them."""
    declared = {module.__name__ for module in MODULES}
    children: list[type] = kind.__subclasses__()
    below = [child for child in children if child.__module__ in declared]
    return [leaf for child in below for leaf in leaves(child)] if below else [kind]


ALL = [leaf for root in (AppError, MmmError, OptimizerError) for leaf in leaves(root)]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_leaf_of_the_error_trees_is_mapped(kind) -> None:
    assert kind in RULES


def test_the_trees_are_read() -> None:
    assert {"NotFound", "JobGaveUp", "ArtefactError", "Infeasible"} <= {k.__name__ for k in ALL}


def test_codes_are_distinct() -> None:
    codes = [rule.code for rule in RULES.values()]
    assert len(codes) == len(set(codes))


def test_unknown_errors_say_nothing_of_themselves() -> None:
    problem = problem_of(KeyError("secret"), "req_1")
    assert (problem.status, problem.code) == (INTERNAL.status, INTERNAL.code)
    assert "secret" not in problem.detail


def test_a_child_of_a_mapped_class_is_answered_like_it() -> None:
    class Special(NotFound):
        pass

    assert rule_of(Special("model", "x")).status == 404
    assert rule_of(JobError("x")) is INTERNAL


def test_issues_become_errors_and_the_first_becomes_the_sentence() -> None:
    error = DataError([Issue("/data/rows/1/tv", "negative", "is -5"), Issue("", "x", "y")])
    problem = problem_of(error, None)
    assert problem.detail == "/data/rows/1/tv: is -5 (and 1 more)"
    assert [item.code for item in problem.errors] == ["negative", "x"]


def test_a_bare_status() -> None:
    assert status_problem(405, None, None).code == "method_not_allowed"
