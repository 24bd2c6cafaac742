"""The words of a recipe as they are decided, one after another, each with its sentence."""

from typing import Any, NoReturn

from mmm.errors import DataError, Issue
from mmm.tables.formats import Format
from mmm.tables.recipe import Recipe


class Decisions:
    """Collects the words of a recipe while a file is read; ``given`` are those known before.

    ``takes_months``: whether the rows may be months, as those of a table beside a weekly one may.
    """

    def __init__(self, given: Recipe, kind: Format, *, takes_months: bool = False) -> None:
        self.given = given.for_format(kind)
        self.takes_months = takes_months
        self._words: dict[str, Any] = {"format": kind}
        self._evidence: dict[str, str] = {}
        self._left_out: list[str] = []

    def settle(self, word: str, value: Any, sentence: str) -> None:
        """Decide ``word``; the sentence says what in the file speaks for it."""
        self._words[word] = value
        self._evidence[word] = sentence

    def leave_out(self, sentence: str) -> None:
        """Tell that rows are not in the table."""
        self._left_out.append(sentence)

    def recipe(self) -> Recipe:
        """The recipe of the file."""
        report = {"evidence": self._evidence, "left_out": self._left_out}
        return Recipe.model_validate(self._words | report)


def ask(word: str, value: Any, detail: str, code: str = "two_readings") -> NoReturn:
    """Refuse a file that can be read in two ways; ``value`` is one of the words that decide."""
    raise DataError([Issue("/read/" + word, code, f"{detail}; {how_to_say(word, value)}")])


def misfit(word: str, value: Any, detail: str) -> NoReturn:
    """Refuse a file that does not fit a word that was given, or known from an earlier file."""
    words = f"the table is read with {word} {value!r}, but {detail}"
    raise DataError([Issue("/read/" + word, "other_recipe", words)])


def how_to_say(word: str, value: Any) -> str:
    """How the word that decides between readings is given, over HTTP and on the command line."""
    verb = "say it" if word == "first_week" else "say which"
    return f"{verb} {how_to_give(word, value)}"


def how_to_give(word: str, value: Any) -> str:
    """How a word is given, over HTTP and on the command line."""
    return f'with "read": {{"{word}": "{value}"}} (--read {word}={value})'
