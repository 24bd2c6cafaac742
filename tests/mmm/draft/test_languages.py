"""Columns named in many languages get the roles that they have in English."""

import numpy as np
import pytest

from mmm.draft import draft_model
from tests.mmm.draft.tables import Numbers, weekly

TABLES: dict[str, dict[str, str]] = {
    "ja": {
        "date": "対象週",
        "kpi": "売上金額",
        "channel": "地上波TV出稿額|YouTube広告費用|リスティング費用|チラシ費",
        "owned_media": "メルマガ配信数",
        "price": "販売単価",
        "rival_price": "競合A価格",
        "control": "平均気温|値引率",
        "holiday": "祝日フラグ",
    },
    "zh": {
        "date": "周",
        "kpi": "营业收入",
        "channel": "抖音广告费用|百度推广消耗|电视投放费用",
        "price": "产品单价",
        "rival_price": "竞品价格",
        "control": "门店数量|活动折扣",
        "holiday": "节假日",
    },
    "tw": {
        "date": "日期",
        "kpi": "銷售金額",
        "channel": "臉書廣告花費|谷歌廣告費",
        "price": "售價",
        "rival_price": "競品售價",
        "control": "氣溫",
        "holiday": "節日",
    },
    "ko": {
        "date": "주차일자",
        "kpi": "총매출액",
        "channel": "네이버 검색광고비|카카오 광고비|유튜브 집행비용",
        "price": "평균판매가",
        "rival_price": "경쟁사 가격",
        "control": "매장 수|할인율(%)",
        "holiday": "공휴일 여부",
    },
    "de": {
        "date": "Woche",
        "kpi": "Nettoumsatz EUR",
        "channel": "Fernsehwerbung Kosten|Suchmaschinen Ausgaben|Plakatwerbung Budget",
        "price": "Durchschnittspreis",
        "rival_price": "Preis Wettbewerber",
        "control": "Anzahl Filialen|Temperatur",
        "holiday": "Feiertag",
        "event": "Rabattaktion",
    },
    "fr": {
        "date": "Semaine",
        "kpi": "Chiffre d'affaires",
        "channel": "Dépenses télévision|Coût affichage|Investissement Meta",
        "price": "Prix moyen",
        "rival_price": "Prix concurrent",
        "control": "Nombre de magasins|Taux de remise",
        "holiday": "Jours fériés",
    },
    "es": {
        "date": "semana",
        "kpi": "Facturación neta",
        "channel": "Gasto en televisión|Coste Google Ads|Inversión en vallas",
        "price": "Precio medio",
        "rival_price": "Precio competencia",
        "control": "Número de tiendas|Temperatura media",
        "holiday": "Festivos",
    },
    "it": {
        "date": "Settimana",
        "kpi": "Fatturato",
        "channel": "Spesa TV|Costo affissioni|Investimento volantini",
        "price": "Prezzo medio",
        "rival_price": "Prezzo concorrente",
        "control": "Numero negozi|Sconto medio",
        "holiday": "Giorni festivi",
    },
    "pt": {
        "date": "Semana",
        "kpi": "Receita líquida",
        "channel": "Gastos TV|Investimento Facebook|Custo rádio",
        "price": "Preço médio",
        "rival_price": "Preço concorrente",
        "control": "Número de lojas|Desconto",
        "holiday": "Feriado",
    },
    "nl": {
        "date": "Week",
        "kpi": "Netto omzet",
        "channel": "Uitgaven televisie|Kosten radio|Budget buitenreclame",
        "price": "Gemiddelde prijs",
        "rival_price": "Prijs concurrent",
        "control": "Aantal winkels|Korting",
        "holiday": "Feestdag",
    },
    "pl": {
        "date": "Tydzień",
        "kpi": "Przychody netto",
        "channel": "Wydatki telewizja|Koszt Facebook|Nakłady na radio",
        "price": "Cena średnia",
        "rival_price": "Cena konkurencji",
        "control": "Liczba sklepów|Rabat",
        "holiday": "Święta",
    },
    "sv": {
        "date": "Vecka",
        "kpi": "Försäljning SEK",
        "channel": "Mediekostnad TV|Annonsering Facebook kostnad|Utgifter radio",
        "price": "Medelpris",
        "rival_price": "Konkurrentens pris",
        "control": "Antal butiker|Rabatt",
        "holiday": "Helgdag",
    },
    "da": {
        "date": "Uge",
        "kpi": "Omsætning",
        "channel": "TV forbrug|Radio udgifter|Google omkostninger",
        "price": "Gennemsnitspris",
        "rival_price": "Konkurrentpris",
        "control": "Antal butikker|Tilbud",
        "holiday": "Helligdage",
    },
    "fi": {
        "date": "Viikko",
        "kpi": "Liikevaihto",
        "channel": "TV-mainonnan kulut|Radion kustannukset|Facebook mainoskulut",
        "price": "Keskihinta",
        "rival_price": "Kilpailijan hinta",
        "control": "Myymälöiden määrä|Alennusprosentti",
        "holiday": "Juhlapyhä",
    },
    "tr": {
        "date": "Hafta",
        "kpi": "Net satış tutarı",
        "channel": "TV harcaması|Radyo harcamaları|Instagram reklam maliyeti",
        "price": "Ortalama fiyat",
        "rival_price": "Rakip fiyatı",
        "control": "Mağaza sayısı|İndirim oranı",
        "holiday": "Resmi tatil",
    },
    "ja 2": {
        "date": "年月日",
        "kpi": "受注金額(税抜)",
        "channel": "テレビCM費|Google検索コスト|Meta広告消化金額|新聞折込費用",
        "price": "自社価格",
        "rival_price": "他社平均価格",
        "control": "降水量(mm)|取扱店舗数|クーポン配布",
        "holiday": "連休",
    },
    "zh 2": {
        "date": "日期",
        "kpi": "支付金额",
        "channel": "小红书花费|微信朋友圈广告费|户外广告投入",
        "price": "平均售价",
        "rival_price": "竞争对手价格",
        "control": "气温|促销力度",
        "holiday": "国庆假期",
    },
    "ko 2": {
        "date": "날짜",
        "kpi": "판매금액(원)",
        "channel": "TV 광고비|구글 검색 비용|인스타그램 비용|라디오 지출",
        "price": "판매가격",
        "rival_price": "경쟁사 평균가격",
        "control": "강수량|프로모션 할인",
        "holiday": "명절",
    },
    "de 2": {
        "date": "KW Beginn",
        "kpi": "Bruttoerlöse",
        "channel": "Radiowerbung|Online-Ausgaben Google|Mediakosten Zeitung",
        "price": "Verkaufspreis",
        "rival_price": "Mitbewerber Preis",
        "control": "Distributionsquote|Niederschlag|Aktionsrabatt",
        "holiday": "Schulferien",
    },
    "fr 2": {
        "date": "Date",
        "kpi": "Ventes HT",
        "channel": "Budget télé|Frais radio|Dépense Google",
        "price": "Prix de vente",
        "rival_price": "Prix concurrence",
        "control": "Température|Promotions",
        "holiday": "Vacances scolaires",
    },
    "es 2": {
        "date": "Fecha",
        "kpi": "Ventas totales",
        "channel": "Coste radio|Gasto Facebook|Presupuesto prensa",
        "price": "Precio de venta",
        "rival_price": "Precio competidor",
        "control": "Lluvia|Descuentos",
        "holiday": "Navidad",
    },
    "it 2": {
        "date": "Data",
        "kpi": "Ricavi totali",
        "channel": "Spese radio|Costi Google|Spesa stampa",
        "price": "Prezzo di vendita",
        "rival_price": "Prezzo concorrenti",
        "control": "Temperatura|Promozioni",
        "holiday": "Natale",
    },
    "pt 2": {
        "date": "Data",
        "kpi": "Faturamento bruto",
        "channel": "Verba televisão|Despesas rádio|Gasto Google",
        "price": "Preço de venda",
        "rival_price": "Preço da concorrência",
        "control": "Chuva|Promoções",
        "holiday": "Carnaval",
    },
    "nl 2": {
        "date": "Datum",
        "kpi": "Omzet",
        "channel": "Bestedingen TV|Mediakosten kranten|Uitgaven Google",
        "price": "Verkoopprijs",
        "rival_price": "Concurrentieprijs",
        "control": "Neerslag|Aanbiedingen",
        "holiday": "Schoolvakantie",
    },
    "pl 2": {
        "date": "Data",
        "kpi": "Sprzedaż wartość",
        "channel": "Budżet TV|Koszty prasa|Wydatki Google",
        "price": "Średnia cena",
        "rival_price": "Ceny konkurentów",
        "control": "Bezrobocie|Promocje",
        "holiday": "Wielkanoc",
    },
    "no 2": {
        "date": "Dato",
        "kpi": "Omsetning",
        "channel": "Annonsekostnader TV|Radio kostnader|Utgifter Google",
        "price": "Salgspris",
        "rival_price": "Konkurrentpriser",
        "control": "Nedbør|Rabatter",
        "holiday": "Påske",
    },
    "tr 2": {
        "date": "Tarih",
        "kpi": "Ciro (TL)",
        "channel": "Televizyon bütçesi|Google reklam harcaması|Açıkhava maliyeti",
        "price": "Satış fiyatı",
        "rival_price": "Rakip fiyatları",
        "control": "Sıcaklık|Kampanya indirimi",
        "holiday": "Bayram",
    },
}

EXPOSURES = [
    ("YouTube広告費用", "YouTube表示回数"),
    ("电视投放费用", "电视曝光次数"),
    ("유튜브 집행비용", "유튜브 노출수"),
    ("Coste Google Ads", "Clics Google Ads"),
    ("Koszt Facebook", "Kliknięcia Facebook"),
    ("Google omkostninger", "Klik Google"),
    ("Instagram reklam maliyeti", "Instagram gösterimleri"),
]
LEVEL = {"price": 9.0, "rival_price": 9.0, "control": 20.0, "owned_media": 4e4}


@pytest.mark.parametrize("roles", TABLES.values(), ids=TABLES.keys())
def test_roles_are_told_in_many_languages(roles: dict[str, str]) -> None:
    """Every column gets its role by its name, whatever its numbers are by chance."""
    columns: dict[str, object] = {}
    expected: dict[str, str] = {}
    for role, names in roles.items():
        for name in names.split("|") if role != "date" else ():
            numbers = Numbers(10 + len(columns))
            if role == "kpi":
                values = numbers.revenue
            elif role == "channel":
                values = numbers.spend(800.0 + 100.0 * len(columns))
            elif role in ("holiday", "event"):
                values = numbers.marks()
            else:
                values = np.round(numbers.around(LEVEL[role], 0.1), 2)
            columns[name], expected[name] = values, role
    draft = draft_model(weekly(columns, roles["date"]))
    found = {column.name: column.role for column in draft.columns}
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(("spend", "exposure"), EXPOSURES)
def test_exposures_meet_their_spend_in_many_languages(spend: str, exposure: str) -> None:
    numbers = Numbers(4)
    paid = numbers.spend(900.0)
    columns = {"sales": numbers.revenue, spend: paid, exposure: paid * 37.0}
    draft = draft_model(weekly(columns))
    roles = {column.name: column.role for column in draft.columns}
    assert roles == {"week": "date", "sales": "kpi", spend: "channel", exposure: "exposure"}
