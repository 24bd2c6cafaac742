"""How many bytes the arrays of an object take."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import xarray as xr


def array_bytes(value: Any) -> int:
    """Of all arrays that are reached through dataclasses, containers and data sets, each once.

    Views count as what they keep alive. Cached properties count from when they are computed, which
    another thread may do meanwhile.
    """
    seen: dict[int, Any] = {}
    waiting, total = [value], 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen[id(found)] = found
        if isinstance(found, np.ndarray):
            if isinstance(found.base, np.ndarray):
                waiting.append(found.base)
            else:
                total += found.nbytes
        else:
            waiting += _parts(found)
    return total


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, xr.Dataset):
        yield from (variable.to_numpy() for variable in value.variables.values())
    elif isinstance(value, Mapping):
        yield from list(value.values())
    elif isinstance(value, (list, tuple)):
        yield from value
    elif is_dataclass(value):
        yield from list(vars(value).values())
