"""The queue of each kind of job: fits take minutes and a process of their own, queries seconds."""

FITS, QUERIES = "fits", "queries"
SECOND_MODEL = "second_model"
FITTED_KINDS = frozenset({"fit", "refit", SECOND_MODEL})


def queue_of(kind: str) -> str:
    """The queue that jobs of ``kind`` wait in."""
    return FITS if kind in FITTED_KINDS else QUERIES
