"""The order of folders inside each package: a folder imports only what stands before it.

Each tuple below is one level. Folders and files of a level know all levels before it and none of
each other; imports inside a folder are its own affair. An import for the type checker counts: what
a signature names is needed to understand it.
"""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest

from tests.architecture.import_graph import Imports, known_module, read_imports

ROOT = Path(__file__).parents[2]

type Levels = tuple[tuple[str, ...], ...]

MMM: Levels = (
    ("types", "errors", "progress", "code_folder", "interval", "lazy", "release"),
    ("summarize",),
    ("spec",),
    ("tables",),
    ("data",),
    ("equations",),
    ("priors", "ops"),
    ("posterior",),
    ("lift", "counterfactual"),
    ("model", "attribution"),
    ("checks", "causal", "plan", "refit", "plots"),
    ("evidence", "draft", "experiments"),
    ("inference", "simulate"),
    ("trust",),
)
OPTIMIZER: Levels = (
    ("errors", "response"),
    ("adjustments",),
    ("problem", "allocation", "watch"),
    ("constraints", "risk"),
    ("curves",),
    ("search",),
    ("certify", "conditions"),
    ("practical",),
    ("explain",),
    ("solve",),
)
APP: Levels = (
    ("ids", "errors", "startup_errors", "access_settings", "contract"),
    ("body_settings",),
    ("settings", "problems", "display", "tables"),
    ("runtime",),
    ("db",),
    ("store", "access", "jobs", "client"),
    ("fitworker", "configuration"),
    ("intake",),
    ("context",),
    ("services.administration",),
    ("services.catalog",),
    ("services.fitting", "services.planning", "http"),
    ("services.experiments",),
    ("services.trust",),
    ("services.projects", "report", "demo", "assemble"),
    ("routes",),
    ("main",),
    ("serve",),
    ("console",),
    ("cli",),
)
ORDER: Mapping[str, Levels] = {"mmm": MMM, "optimizer": OPTIMIZER, "app": APP}


def upward(imports: Imports, package: str, levels: Levels) -> list[str]:
    """Imports between two parts of ``package`` whose target does not stand before the importer."""
    height = {part: number for number, parts in enumerate(levels) for part in parts}
    breaches = []
    for module, items in imports.items():
        importer = _part(module, package, height)
        for item in items:
            target = _part(known_module(item.name, imports) or "", package, height)
            if importer and target and importer != target and height[target] >= height[importer]:
                breaches.append(f"{module}:{item.line} imports {item.name}")
    return breaches


def _part(module: str, package: str, height: Mapping[str, int]) -> str | None:
    """The folder or file of the order that a module lies in; the longest name that fits."""
    if not module.startswith(package + "."):
        return None  # the package's own face, which may name anything below it, or another package
    name = module.removeprefix(package + ".")
    while name not in height:
        if any(part.startswith(f"{name}.") for part in height):
            return None  # the face of a folder whose parts have places of their own
        if "." not in name:
            raise AssertionError(f"{module} has no place in the order of {package}")
        name = name.rpartition(".")[0]
    return name


@pytest.fixture(scope="module")
def imports() -> Imports:
    return read_imports(ROOT, tuple(ORDER))


@pytest.mark.parametrize("package", ORDER)
def test_a_folder_imports_only_what_stands_before_it(imports: Imports, package: str) -> None:
    assert upward(imports, package, ORDER[package]) == []


@pytest.mark.parametrize("package", ORDER)
def test_every_part_of_the_order_exists(package: str) -> None:
    for part in chain.from_iterable(ORDER[package]):
        path = ROOT / package / part.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), part


PLANTED = {
    "upward": ("mmm/data/bad.py", "from mmm.equations.mean import terms"),
    "between folders of a level": ("mmm/lift/bad.py", "import mmm.counterfactual.answer"),
    "only for types": (
        "mmm/spec/bad.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mmm.data.panel",
    ),
    "only when called": ("mmm/spec/bad.py", "def late():\n    from mmm.data import panel"),
    "through a face": ("mmm/spec/bad.py", "from mmm.data import Panel"),
}


@pytest.mark.parametrize(("path", "text"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_import_upward_is_found(tmp_path: Path, path: str, text: str) -> None:
    files = {name: "" for part in ("equations", "counterfactual", "data") for name in _face(part)}
    modules = ("equations/mean", "counterfactual/answer", "data/panel")
    files |= {f"mmm/{module}.py": "" for module in modules} | {path: text}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    assert len(upward(read_imports(tmp_path, ("mmm",)), "mmm", MMM)) == 1


def _face(part: str) -> list[str]:
    return [f"mmm/{part}/__init__.py"]
