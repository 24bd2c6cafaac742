"""Reads which module imports which, without importing anything.

`read_imports(root, packages)` parses every file of the packages. An import is recorded with its
full name (`from a import b` gives `a.b`, for `b` may be a module), its line, and whether it is only
for the type checker.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One imported name, where it stands, and when it is carried out."""

    name: str
    line: int
    typing_only: bool = False
    deferred: bool = False


Imports = Mapping[str, tuple[Import, ...]]


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(root: Path, packages: Iterable[str]) -> dict[str, tuple[Import, ...]]:
    files = [path for package in packages for path in sorted((root / package).rglob("*.py"))]
    return {
        module_name(root, path): tuple(_imports(ast.parse(path.read_text("utf-8"), str(path)).body))
        for path in files
    }


def _is_type_checking(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in ast.unparse(test)


def _imports(
    body: Iterable[ast.AST], typing_only: bool = False, deferred: bool = False
) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, typing_only, deferred)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(f"{node.module}.{alias.name}", node.lineno, typing_only, deferred)
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            yield from _imports(node.body, True, deferred)
            yield from _imports(node.orelse, typing_only, deferred)
        else:
            inner = deferred or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(ast.iter_child_nodes(node), typing_only, inner)


def within(name: str, prefix: str) -> bool:
    """Whether the dotted name is the prefix or lies below it."""
    return name == prefix or name.startswith(prefix + ".")


def module_graph(imports: Imports, *, loaded_only: bool = False) -> dict[str, set[str]]:
    """Edges between the modules read.

    ``loaded_only``: only those that importing the module carries out, neither imports for the type
    checker nor those inside a function.
    """
    return {
        module: {
            target
            for item in found
            if not (loaded_only and (item.typing_only or item.deferred))
            if (target := known_module(item.name, imports)) and target != module
        }
        for module, found in imports.items()
    }


def known_module(name: str, imports: Imports) -> str | None:
    """The module read that an imported name lies in: itself, or the module that defines it."""
    while name:
        if name in imports:
            return name
        name = name.rpartition(".")[0]
    return None


def find_cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """One cycle as a path that ends where it began, or nothing."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for target in sorted(graph[module]):
            if cycle := visit(target, [*path, module]):
                return cycle
        done.add(module)
        return []

    return next((cycle for module in sorted(graph) if (cycle := visit(module, []))), [])


def reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Every module that importing `start` loads, its parent packages included."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module in seen or module not in graph:
            continue
        seen.add(module)
        waiting += [*graph[module], module.rpartition(".")[0]]
    return seen
