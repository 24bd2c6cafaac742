"""How each column of daily rows becomes a weekly one: what adds up, what is averaged, what stands.

The rule follows from the name, and from the values where they are only zeros and ones.
"""

import re

from mmm.tables.recipe import WeekRule
from mmm.types import Array

MEAN_NAME = re.compile(
    r"price|preis|prix|precio|prezzo|index|\brate|_rate|quote|share|anteil|ratio|avg|average|mean"
    r"|mittel|durchschnitt|score|sentiment|temp|weather|wetter|rain|humid|\bcp[cmao]\b|cost[_ ]per"
    r"|[_ ]per[_ ]|\bctr\b|\bro[ai]s?\b|margin|marge|distribution|availab|discount|rabatt|percent"
    r"|prozent|%|unemploy|inflation|confidence|awareness|frequency|fiyat|hinta|cena\b|prijs|prijzen"
    r"|preço|preco|\bpris|spris\b|oran[ıi]\b|価格|単価|定価|率|気温|指数|景気|价|價|折扣|温度|气温"
    r"|가격|단가|판매가|율\b|률\b|기온|지수|할인",
    re.I,
)
LAST_NAME = re.compile(
    r"population|einwohner|follower|subscriber|abonnent|stock|inventory|bestand|stores|filialen"
    r"|members|mitglieder|installed|フォロワー|友だち|店舗数|在庫|人口|粉丝|粉絲|门店数|门市|库存|庫存"
    r"|팔로워|매장수|점포수|재고|인구",
    re.I,
)


def rule_of(name: str, values: Array) -> WeekRule:
    """The rule of a column with these daily ``values``, NaN where a cell is empty."""
    if MEAN_NAME.search(name):
        return "mean"
    if LAST_NAME.search(name):
        return "last"
    known = values[values == values]
    if set(known.tolist()) == {0.0, 1.0}:
        return "mean"
    return "sum"


REASONS = {
    "sum": "amounts add up",
    "mean": "prices, rates, indices and yes-or-no columns are averaged",
    "last": "levels, and what is known on some days only, stand as last known in the week",
    "max": "as told",
}
