"""Public names of packages, each imported only when it is first used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The module-level ``__getattr__`` (PEP 562) of ``package``.

    ``modules``: name -> module that defines it. A module of the package must not share a
    name listed here, or it would shadow it. Raises AttributeError for any other name.
    """

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return load
