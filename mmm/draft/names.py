"""What the name of a column says: its words, and which meanings of the vocabulary they have."""

import re
import unicodedata
from functools import cache, lru_cache
from types import ModuleType

from mmm.draft import vocabulary, vocabulary_east
from mmm.spec.sizes import LONGEST_NAME

SHORTEST_INSIDE = 5
"""Letters of a word that is recognised inside a longer one."""
MOST_KEPT = 50_000
"""Names whose meaning is remembered: each is asked for many."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z]{3})(?=\d)")
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
"""Of Latin letters; those of kana are part of the letter."""
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "đ": "d"})
"""Letters that do not come apart into a plain one and an accent."""
_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3々ー]+")
_NOT_IN_NAMES = re.compile(r"[./~>\x00-\x1f\x7f-\x9f]+")


@lru_cache(maxsize=MOST_KEPT)
def words_of(name: str) -> tuple[str, ...]:
    """The words of ``name`` in lower case without accents: ``"TV-Ausgaben"`` is (tv, ausgaben)."""
    spaced = _EASTERN.sub(lambda run: f" {' '.join(_cut(run.group()))} ", _plain(name))
    words: list[str] = []
    for word in _WORD.findall(spaced):
        whole = word.lower()
        words += [whole] if _is_known(whole) else _HUMP.sub(" ", word).split()
    return tuple(word.lower() for word in words)


def _plain(text: str) -> str:
    """``text`` with letters of usual width and without the accents of Latin letters."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def _cut(run: str) -> list[str]:
    """A run of Chinese, Japanese or Korean letters as the known words in it, the longest first,
    and what is left between them."""
    return [part for part in _eastern_words().split(run) if part]


@cache
def _eastern_words() -> re.Pattern[str]:
    words = {word for meaning in _meanings(vocabulary_east) for word in meaning.split()}
    return re.compile(f"({'|'.join(sorted(map(_plain, words), key=lambda w: (-len(w), w)))})")


@lru_cache(maxsize=MOST_KEPT)
def word_for(name: str, meaning: str) -> str | None:
    """The word or phrase by which ``name`` has the ``meaning``, a name of the vocabulary in lower
    case; None where it has not."""
    words = words_of(name)
    phrases = getattr(vocabulary, f"{meaning.upper()}_PHRASES", "")
    text = f" {' '.join(words)} "
    for phrase in filter(None, phrases.split("|")):
        if f" {phrase} " in text or ("_" not in phrase and f" {phrase}" in text and " " in phrase):
            return str(phrase)
    known = _known(meaning)
    for word in words:
        if word in known or _plural_of(word, known):
            return word
    for word in words:
        for stem in known:
            if len(stem) >= SHORTEST_INSIDE and stem in word and stem not in _known("alone"):
                return stem
    return None


def has(name: str, *meanings: str) -> bool:
    """Whether ``name`` has any of the meanings."""
    return any(word_for(name, meaning) for meaning in meanings)


def without(name: str, *meanings: str) -> tuple[str, ...]:
    """The words of ``name`` that have none of the meanings: what a measure is of."""
    return tuple(word for word in words_of(name) if not has(word, *meanings))


def as_name(text: str) -> str:
    """``text`` without the characters that no name of a specification may hold."""
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split())[:LONGEST_NAME]


def currency_of(name: str) -> str | None:
    """The ISO code of a currency that ``name`` has, as "Revenue (€)" has."""
    signs = [sign for sign in vocabulary.CURRENCY if not sign.isalpha()]
    for sign in signs:
        if sign in name:
            return vocabulary.CURRENCY[sign]
    return next((vocabulary.CURRENCY[w] for w in words_of(name) if w in vocabulary.CURRENCY), None)


@cache
def _known(meaning: str) -> frozenset[str]:
    both = (getattr(each, meaning.upper(), "") for each in (vocabulary, vocabulary_east))
    return frozenset(_plain(" ".join(both)).split())


def _is_known(word: str) -> bool:
    """Whether the vocabulary has the word in any meaning, so that it is not taken apart."""
    words = _every_word()
    return word in words or _plural_of(word, words)


@cache
def _every_word() -> frozenset[str]:
    both = (*_meanings(vocabulary), *_meanings(vocabulary_east))
    return frozenset(word for meaning in both for word in _plain(meaning).split())


def _meanings(words: ModuleType) -> list[str]:
    return [text for name, text in vars(words).items() if name.isupper() and name != "CURRENCY"]


def _plural_of(word: str, known: frozenset[str]) -> bool:
    return len(word) > 4 and word.endswith("s") and word[:-1] in known
