"""Plotly, which only figures need: loaded when one is drawn, with a clear word where it is not."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOW = "figures need Plotly: pip install 'prudent-mmm[plots]'"


def graph_objects() -> Any:
    """The module of Plotly's figures; raises ImportError that says how to install it."""
    return _loaded("plotly.graph_objects")


def subplots(rows: int, columns: int, **options: Any) -> "go.Figure":
    """An empty figure of several panels; raises ImportError that says how to install Plotly."""
    return _loaded("plotly.subplots").make_subplots(rows, columns, **options)


def _loaded(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(HOW) from error
