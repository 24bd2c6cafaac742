"""Wide or long: a long table has a row for each week and variable, or each week and channel.

It is told by the names of its columns and of the variables, and reshaped only when that is said.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.decisions import Decisions, ask, how_to_give, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.place import cell_issue, place

VARIABLE_NAME = re.compile(
    r"variable|metric|measure|\bkpi|indicator|series|kennzahl|channel|kanal|canal|medium|media"
    r"|platform|plattform|source|quelle|attribut|item|^name$|network|publisher|campaign"
    r"|媒体|指標|項目|チャネル|渠道|指标|项目|媒體|매체|채널|지표|항목",
    re.I,
)
GEO_NAME = re.compile(
    r"geo|region|market|markt|country|land|state|city|stadt|location|dma|store|shop|filiale|outlet"
    r"|province|zip|plz|area|district|pais|pays|segment|product|produkt|brand|marke|sku|category"
    r"|地域|エリア|都道府県|店舗|商品|地区|地區|城市|省份|门店|門市|产品|지역|매장|시도|상품|bölge|bolge|alue",
    re.I,
)
METRIC = re.compile(
    r"sales|revenue|umsatz|spend|cost|impression|click|price|preis|orders|units|\btv\b|search"
    r"|social|radio|print|display|video|facebook|meta|google|tiktok|youtube|email|affiliate|ooh"
    r"|売上|広告|費用|クリック|表示回数|销售|花费|费用|点击|曝光|銷售|매출|광고|비용|클릭|노출",
    re.I,
)


def to_wide(
    frame: pd.DataFrame, date: str, numeric: Sequence[str], decisions: Decisions
) -> pd.DataFrame:
    """The table with one row for each date and key, reshaped where it was said to be long.

    ``numeric``: the columns that hold numbers. Raises DataError for a long table that was not said
    to be one, and for a cell given twice.
    """
    given = decisions.given
    if decisions.recipe().shape == "across":
        return frame
    labels = [
        str(name)
        for name in frame.columns
        if name != date and (name not in numeric or name in (given.keys or ()))
    ]
    labels = [name for name in labels if any(not is_empty(cell) for cell in frame[name].tolist())]
    variable = given.variable or _variable(frame, date, labels, numeric)
    if given.shape == "long":
        return _reshape(frame, date, variable, labels, numeric, decisions)
    if given.shape == "wide" or variable is None:
        sentence = "as told" if given.shape else "a column for each variable"
        decisions.settle("shape", "wide", sentence)
        return frame
    detail = (
        f"the table is long: {_some_labels(frame, variable)} stand in rows, in column "
        f"{variable!r}, and the model needs a column for each"
    )
    if not is_of_variables(frame, variable):
        detail = f"the rows of one date differ in {variable!r} ({_some_labels(frame, variable)}): "
        ask("shape", "long", f"{detail}these are variables (long), or geos (wide)")
    say = how_to_give("shape", "long")
    raise DataError([Issue("/read/shape", "long", f"{detail}; reshape it {say}")])


def _variable(
    frame: pd.DataFrame, date: str, labels: Sequence[str], numeric: Sequence[str]
) -> str | None:
    """The column that names the variables of a long table; None for a wide one."""
    if not labels or not frame.duplicated([date]).any():
        return None
    for name in labels:
        others = [date, *(label for label in labels if label != name)]
        varies = bool(frame.duplicated(others).any())
        if varies and is_of_variables(frame, name):
            return name
    unknown = [name for name in labels if not GEO_NAME.search(name)]
    return unknown[0] if len(numeric) == 1 and unknown and len(labels) == len(unknown) else None


def is_of_variables(frame: pd.DataFrame, name: str) -> bool:
    """Whether the names, of the column or of what stands in it, are those of variables."""
    if GEO_NAME.search(name):
        return False
    if VARIABLE_NAME.search(name):
        return True
    cells = {str(cell) for cell in frame[name].tolist() if not is_empty(cell)}
    return 2 * sum(METRIC.search(cell) is not None for cell in cells) >= len(cells)


def _some_labels(frame: pd.DataFrame, name: str) -> str:
    cells = list(dict.fromkeys(str(c) for c in frame[name].tolist() if not is_empty(c)))
    return ", ".join(map(repr, cells[:4])) + (f" and {len(cells) - 4} more" if cells[4:] else "")


def _reshape(
    frame: pd.DataFrame,
    date: str,
    variable: str | None,
    labels: Sequence[str],
    numeric: Sequence[str],
    decisions: Decisions,
) -> pd.DataFrame:
    given = decisions.given
    if variable is None:
        misfit("shape", "long", "no column names variables; name it with the word variable")
    if variable not in frame.columns:
        known = ", ".join(map(str, frame.columns[:30]))
        misfit("variable", variable, f"there is no such column; the columns are: {known}")
    values = [str(name) for name in (given.values or numeric) if name != variable]
    keys = [date, *(name for name in labels if name != variable)]
    unknown = [name for name in values if name not in frame.columns]
    if unknown or not values:
        misfit("values", unknown[0] if unknown else "", "there is no such column of numbers")
    _refuse_repeated(frame, keys, variable)
    made = _spread(frame, keys, variable, values)
    decisions.settle("shape", "long", "as told")
    decisions.settle("variable", variable, f"it names {_some_labels(frame, variable)}")
    decisions.settle("values", tuple(values), "they hold the numbers")
    if keys[1:]:
        decisions.settle("keys", tuple(keys[1:]), "they tell the rows of one date apart")
    return made


def _spread(
    frame: pd.DataFrame, keys: Sequence[str], variable: str, values: Sequence[str]
) -> pd.DataFrame:
    """One row for each key in the order of the file; a column for each variable and value.

    What all rows of a key share, as sales beside each channel, stays one column.
    """
    common = [name for name in values if len(values) > 1 and _is_common(frame, keys, name)]
    varying = [name for name in values if name not in common]
    position: dict[tuple[str, ...], int] = {}
    rows = list(zip(*(map(str, frame[key].tolist()) for key in keys), strict=True))
    first = [row for row, key in enumerate(rows) if position.setdefault(key, row) == row]
    place_of = {rows[row]: at for at, row in enumerate(first)}
    columns = {name: frame[name].iloc[first].tolist() for name in (*keys, *common)}
    labels = [str(cell).strip() for cell in frame[variable].tolist()]
    for name in varying:
        end = "" if len(varying) == 1 else f"_{name}"
        for key, label, cell in zip(rows, labels, frame[name].tolist(), strict=True):
            column = columns.setdefault(label + end, [None] * len(first))
            column[place_of[key]] = cell
    index = frame.index[first]
    return pd.DataFrame(columns, index=index, dtype=object)


def _refuse_repeated(frame: pd.DataFrame, keys: Sequence[str], variable: str) -> None:
    """Raise DataError for a cell that is given twice, naming both places."""
    repeated = frame.duplicated([*keys, variable], keep="first").to_numpy()
    if not repeated.any():
        return
    row = int(np.flatnonzero(repeated)[0])
    cells = frame[[*keys, variable]].iloc[row]
    same = (frame[[*keys, variable]].astype(str) == cells.astype(str)).all(axis=1).to_numpy()
    first = int(np.flatnonzero(same)[0])
    what = ", ".join(str(cell) for cell in cells if not is_empty(cell))
    detail = f"({what}) is given in {place(frame, first)} already"
    raise DataError([cell_issue(frame, row, variable, "duplicate", detail)])


def _is_common(frame: pd.DataFrame, keys: Sequence[str], name: str) -> bool:
    """Whether a column has one number for all rows of each key."""
    texts = frame[[*keys, name]].astype(str)
    return int(texts.groupby(list(keys))[name].nunique().max()) == 1
