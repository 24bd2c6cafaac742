"""The rule of direction: app -> mmm, app -> optimizer; heavy libraries in place; no cycle."""

from pathlib import Path

import pytest

from tests.architecture.import_graph import (
    Imports,
    find_cycle,
    module_graph,
    reached,
    read_imports,
    within,
)

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "mmm", "optimizer")

MAY_IMPORT = {"app": {"app", "mmm", "optimizer"}, "mmm": {"mmm"}, "optimizer": {"optimizer"}}

SAMPLER_FOLDERS = ("mmm.ops", "mmm.model", "mmm.inference")
SOLVER_FOLDERS = (
    "optimizer.constraints",
    "optimizer.search",
    "optimizer.certify",
    "optimizer.conditions",
    "optimizer.solve",
)
MODE_FOLDERS = ("mmm.inference",)
OWNERS = {
    **dict.fromkeys(("fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "dbos"), ("app",)),
    **dict.fromkeys(("pymc", "nutpie", "pytensor"), SAMPLER_FOLDERS),
    **dict.fromkeys(("jax", "numpyro", "blackjax"), ("mmm.inference.nuts_jax",)),
    "scipy.optimize": (*SOLVER_FOLDERS, *MODE_FOLDERS),
}


def breaches(imports: Imports) -> list[str]:
    """Every import that the rules forbid, as `module:line imports name`."""
    found = []
    for module, items in imports.items():
        allowed = MAY_IMPORT[module.partition(".")[0]]
        for item in items:
            package = item.name.partition(".")[0]
            strange = package in PACKAGES and package not in allowed
            owners = next((who for what, who in OWNERS.items() if within(item.name, what)), None)
            misplaced = owners is not None and not any(within(module, owner) for owner in owners)
            if strange or misplaced:
                found.append(f"{module}:{item.line} imports {item.name}")
    return found


@pytest.fixture(scope="module")
def imports() -> Imports:
    return read_imports(ROOT, PACKAGES)


def test_every_package_is_read(imports: Imports) -> None:
    assert set(PACKAGES) <= {module.partition(".")[0] for module in imports}


def test_imports_keep_to_their_direction(imports: Imports) -> None:
    assert breaches(imports) == []


def test_there_is_no_import_cycle(imports: Imports) -> None:
    assert find_cycle(module_graph(imports)) == []


@pytest.mark.parametrize("entry", ["app.main", "app.cli", "app.client"])
def test_the_api_process_never_loads_the_sampler(imports: Imports, entry: str) -> None:
    """Importing PyMC takes seconds and starts threads: only the fit process may do it."""
    loaded = reached(module_graph(imports, loaded_only=True), entry)
    assert entry in loaded
    assert not [module for module in loaded if any(within(module, own) for own in SAMPLER_FOLDERS)]


@pytest.mark.parametrize("entry", ["app.main", "app.fitworker.__main__", "mmm.inference.fit"])
def test_jax_is_loaded_only_where_it_is_asked_for(imports: Imports, entry: str) -> None:
    loaded = reached(module_graph(imports, loaded_only=True), entry)
    assert "mmm.inference.nuts_jax" not in loaded


PLANTED = {
    "mmm depends on the optimizer": ("mmm/bad.py", "from optimizer.solve.allocate import allocate"),
    "the optimizer depends on mmm": ("optimizer/bad.py", "import mmm.spec.model"),
    "mmm depends on app": ("mmm/bad.py", "def late():\n    import app.main"),
    "only for types is still a dependency": (
        "optimizer/bad.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mmm.spec",
    ),
    "the web framework in the model": ("mmm/bad.py", "from fastapi import HTTPException"),
    "the sampler outside its modules": ("mmm/bad.py", "import pytensor.tensor as pt"),
    "the sampler in the service": ("app/bad.py", "import pymc"),
    "an accelerator's library": ("mmm/inference/nuts.py", "import jax.numpy"),
    "a solver in a light module": ("optimizer/risk/measures.py", "from scipy import optimize"),
    "a solver in the model": ("mmm/bad.py", "import scipy.optimize"),
}


@pytest.mark.parametrize(("path", "text"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_breach_is_found(tmp_path: Path, path: str, text: str) -> None:
    _write(tmp_path, {path: text})
    assert len(breaches(read_imports(tmp_path, PACKAGES))) == 1


def test_allowed_imports_are_no_breach(tmp_path: Path) -> None:
    allowed = {
        "app/a.py": "import fastapi, mmm.spec.model\nfrom optimizer.solve.allocate import allocate",
        "mmm/model/build.py": "import pymc",
        "optimizer/solve/allocate.py": "from scipy.optimize import minimize",
        "mmm/b.py": "from scipy import stats\nimport numpy",
    }
    _write(tmp_path, allowed)
    assert breaches(read_imports(tmp_path, PACKAGES)) == []


def test_a_planted_cycle_is_found(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "mmm/a.py": "from mmm import b",
            "mmm/b.py": "from mmm.c import thing",
            "mmm/c.py": "import mmm.a\nthing = 1",
        },
    )
    cycle = find_cycle(module_graph(read_imports(tmp_path, PACKAGES)))
    assert cycle == ["mmm.a", "mmm.b", "mmm.c", "mmm.a"]


def test_an_import_for_the_type_checker_closes_a_cycle(tmp_path: Path) -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mmm.a"
    _write(tmp_path, {"mmm/a.py": "import mmm.b", "mmm/b.py": guarded})
    imports = read_imports(tmp_path, PACKAGES)
    assert find_cycle(module_graph(imports)) == ["mmm.a", "mmm.b", "mmm.a"]
    assert find_cycle(module_graph(imports, loaded_only=True)) == []


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
