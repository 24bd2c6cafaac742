"""Size limits of a fit or a simulation: on draws, and on rows x columns x draws."""

from app.errors import InvalidRequest
from app.settings import Settings
from mmm.data.panel import Panel
from mmm.errors import Issue
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec


def require_draws(settings: Settings, sampling: SamplingSpec) -> None:
    """Raise InvalidRequest for more draws than the service allows."""
    total = (sampling.most_draws + sampling.tune) * sampling.chains
    if total > settings.max_draws:
        detail = f"(draws + tune) x chains is {total}; the limit is {settings.max_draws}"
        raise InvalidRequest([Issue("/sampling", "too_many_draws", detail)])


def require_cells(
    settings: Settings, spec: ModelSpec, panel: Panel, draws: int, pointer: str
) -> None:
    """Raise InvalidRequest if rows x columns x ``draws`` exceed PRUDENT_MAX_FIT_CELLS.

    Counted are the columns that the specification uses and the draws that are kept; ``pointer`` is
    the field of the request that sets the draws.
    """
    rows = len(panel.weeks) * len(panel.geos)
    columns = len({column for column, _ in spec.column_pointers})
    cells, limit = rows * columns * draws, settings.max_fit_cells
    if cells > limit:
        detail = (
            f"{rows} rows x {columns} columns x {draws} draws are {cells} cells; the limit is "
            f"{limit}. Ask for fewer draws, or raise PRUDENT_MAX_FIT_CELLS."
        )
        raise InvalidRequest([Issue(pointer, "too_many_cells", detail)])


def kept_draws(sampling: SamplingSpec) -> int:
    """The number of draws that are kept: of all chains, without warm-up."""
    return sampling.most_draws * sampling.chains
