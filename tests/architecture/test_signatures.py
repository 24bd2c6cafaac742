"""Signatures stay short: at most six parameters, and a ``Design`` where a function needs one.

A function that takes most of specification, structure, panel and scales takes the ``Design`` that
holds them; only what makes a Design takes them apart. Compiled kernels, whose arguments are arrays
and nothing else, may have as many as they read.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("mmm", "optimizer")
MOST_PARAMETERS = 6
DESIGN = "Design"
PARTS = {"ModelSpec", "ModelFields", "Structure", "Panel", "Scales"}
MOST_PARTS = 2
COMPILERS = {"njit", "jit", "vectorize", "guvectorize", "register_jitable", "machine_entry"}
RECEIVERS = {"self", "cls"}

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def breaches(source: str) -> list[str]:
    """Every function of ``source`` that takes too much, as `line name: why`."""
    faults = []
    for function in _functions(ast.parse(source)):
        parameters = _parameters(function)
        parts = {name for item in parameters for name in _names(item.annotation)} & PARTS
        if len(parameters) > MOST_PARAMETERS and not _compiled(function):
            faults.append(f"{function.lineno} {function.name}: {len(parameters)} parameters")
        if len(parts) > MOST_PARTS and DESIGN not in _names(function.returns):
            faults.append(f"{function.lineno} {function.name}: {', '.join(sorted(parts))}")
    return faults


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _parameters(function: Function) -> list[ast.arg]:
    """Its parameters, ``*args`` and ``**kwargs`` as one each, without the receiver of a method."""
    args = function.args
    rest = [item for item in (args.vararg, args.kwarg) if item is not None]
    return [
        item
        for item in (*args.posonlyargs, *args.args, *args.kwonlyargs, *rest)
        if item.arg not in RECEIVERS
    ]


def _names(annotation: ast.expr | None) -> set[str]:
    """Every name in an annotation, one that is written as text included."""
    if annotation is None:
        return set()
    nodes = list(ast.walk(annotation))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {
        *(node.id for node in nodes if isinstance(node, ast.Name)),
        *(node.attr for node in nodes if isinstance(node, ast.Attribute)),
        *(text for text in texts if isinstance(text, str)),
    }


def _compiled(function: Function) -> bool:
    """Whether a decorator turns the function into machine code."""
    calls = (item.func if isinstance(item, ast.Call) else item for item in function.decorator_list)
    return any(_names(call) & COMPILERS for call in calls)


@pytest.mark.parametrize("package", PACKAGES)
def test_signatures_are_short(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    assert {
        str(file.relative_to(ROOT)): faults
        for file in files
        if (faults := breaches(file.read_text("utf-8")))
    } == {}


PLANTED = {
    "seven parameters": "def f(a, b, c, d, e, f, *, g=0): ...",
    "seven by rest": "def f(a, b, c, d, e, *args, **kwargs): ...",
    "seven of a method": "class A:\n    def f(self, a, b, c, d, e, f, g): ...",
    "seven within a function": "def f(a):\n    def g(a, b, c, d, e, f, g): ...",
    "three parts": "def f(spec: ModelSpec, s: Structure, scales: Scales): ...",
    "a part that may be missing": "def f(a: Panel, b: Structure, c: Scales | None = None): ...",
    "a part as text": "def f(a: 'Panel', b: Structure, c: scales.Scales): ...",
}
ALLOWED = {
    "six parameters": "def f(a, b, c, d, e, f): ...",
    "six of a method": "class A:\n    def f(self, a, b, c, d, e, f): ...",
    "a kernel": "@njit(fastmath=True)\ndef f(a, b, c, d, e, f, g): ...",
    "a kernel of a module": "@numba.njit\ndef f(a, b, c, d, e, f, g): ...",
    "two parts": "def f(spec: ModelSpec, panel: Panel, seed: int): ...",
    "what makes a design": "def f(a: ModelSpec, b: Panel, c: Scales) -> Design: ...",
    "fields": "@dataclass\nclass A:\n    a: int\n    b: ModelSpec\n    c: Panel\n    d: Scales",
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_breach_is_found(source: str) -> None:
    assert len(breaches(source)) == 1


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED.keys())
def test_an_allowed_signature_is_no_breach(source: str) -> None:
    assert breaches(source) == []
