"""What names say, in several languages and spellings."""

import pytest

from mmm.draft.names import as_name, currency_of, has, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tv_spend", ("tv", "spend")),
        ("TV-Ausgaben (€)", ("tv", "ausgaben")),
        ("TikTok", ("tiktok",)),
        ("googleAdsCost", ("google", "ads", "cost")),
        ("Dépenses télé", ("depenses", "tele")),
        ("Maßnahme", ("massnahme",)),
    ],
)
def test_words_are_lower_case_without_accents(name, words):
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Werbekosten", "spend"),
        ("Inversión Google", "spend"),
        ("dépenses_tv", "spend"),
        ("Meta / Facebook Ads", "channel"),
        ("Wettbewerberpreis", "rival"),
        ("Wettbewerberpreis", "price"),
        ("precio competencia", "rival"),
        ("prix concurrent A", "price"),
        ("Nettoumsatz", "money_kpi"),
        ("chiffre_d_affaires", "money_kpi"),
        ("pedidos", "units_kpi"),
        ("cost per click", "rate"),
        ("hldy_Black Friday", "holiday"),
        ("Warenkorbwert", "value"),
        ("coût des ventes", "follows"),
        ("Bevölkerung", "population"),
    ],
)
def test_a_name_has_its_meaning(name, meaning):
    assert has(name, meaning)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("app_installs", "channel"),
        ("seas_week_40", "channel"),
        ("border_closed", "units_kpi"),
        ("sales", "discount"),
        ("week", "spend"),
    ],
)
def test_a_word_inside_another_is_no_meaning(name, meaning):
    assert not has(name, meaning)


def test_a_currency_is_that_of_the_name():
    assert currency_of("Net revenue (€)") == "EUR"
    assert currency_of("spend USD") == "USD"
    assert currency_of("revenue") is None


def test_a_name_of_a_specification_holds_none_of_its_separators():
    assert as_name("Meta / Facebook Ads") == "Meta Facebook Ads"
    assert as_name("va_pub_0.15") == "va_pub_0 15"
