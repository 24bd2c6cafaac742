"""How PyTensor makes graphs here: without what grows, and without a C compiler."""

from contextlib import AbstractContextManager

import pytensor


def plain_graphs() -> AbstractContextManager[None]:
    """Settings for the time in which graphs are made, rewritten and compiled.

    PyTensor notes at each variable where it was made, and its rewriting joins these notes: for 12
    geos of 156 weeks with autoregressive noise they took more than 24 GB. They serve messages to
    people who write graphs. The functions that run by PyTensor itself run a few times only, so they
    are not compiled by C: that takes seconds where a machine has not met an operation.
    """
    settings: AbstractContextManager[None] = pytensor.config.change_flags(
        cxx="", traceback__limit=0
    )
    return settings
