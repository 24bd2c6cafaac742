"""The first word of a docstring or help text is a word, not a class of another module.

A rename of a class by its bare name also reaches the sentences that begin with the same
word; what is left is a sentence such as "WriteResult every missing revision".
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CAMEL_CASE = re.compile(r"([A-Z][a-z]+(?:[A-Z][a-z]+)+) [a-z]")


def _modules() -> dict[Path, ast.Module]:
    files = [path for top in ("mmm", "optimizer", "app") for path in (ROOT / top).rglob("*.py")]
    return {path: ast.parse(path.read_text("utf-8")) for path in files}


def _class_names(tree: ast.Module) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _texts(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and text of every string that is a docstring, a help text or a message."""
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _broken(path: str, tree: ast.Module, classes: set[str]) -> list[str]:
    elsewhere = classes - _class_names(tree)
    return [
        f"{path}:{line}: {text.strip()[:60]}"
        for line, text in _texts(tree)
        if (match := CAMEL_CASE.match(text.strip())) and match[1] in elsewhere
    ]


def test_no_text_begins_with_a_class_of_another_module() -> None:
    modules = _modules()
    classes = set[str]().union(*map(_class_names, modules.values()))
    broken = [
        line
        for path, tree in modules.items()
        for line in _broken(str(path.relative_to(ROOT)), tree, classes)
    ]
    assert broken == []


def test_a_renamed_word_is_found() -> None:
    tree = ast.parse('"""WriteResult every missing revision."""')
    assert _broken("migrate.py", tree, {"WriteResult"}) == [
        "migrate.py:1: WriteResult every missing revision."
    ]
