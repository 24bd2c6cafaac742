"""The queue of each kind of job: fits take minutes and a process of their own, queries seconds."""

FITS, QUERIES = "fits", "queries"
SECOND_MODEL = "second_model"
TRUST = "trust"
COMPARE = "compare"
TESTING_KINDS = frozenset({TRUST, COMPARE})
"""Tests of models, each of several fits: one at a time for each tenant."""
FITTED_KINDS = frozenset({"fit", "refit", SECOND_MODEL}) | TESTING_KINDS


def queue_of(kind: str) -> str:
    """The queue that jobs of ``kind`` wait in."""
    return FITS if kind in FITTED_KINDS else QUERIES
