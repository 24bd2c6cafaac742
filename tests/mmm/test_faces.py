"""The faces of the packages: every name resolves, and importing one loads nothing heavy."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACES = ("spec", "data", "posterior", "counterfactual", "attribution", "plan", "refit", "simulate")
EMPTY = ("ops", "model", "inference")
HEAVY = {"pymc", "pytensor", "nutpie", "scipy.optimize", "pandas", "numpy"}


def _loaded_after(statements: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after ``statements``."""
    script = f"import sys; {statements}; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_model_package_loads_nothing_heavy() -> None:
    assert not HEAVY & _loaded_after("import mmm; mmm.fit")


def test_names_of_the_specification_need_no_arrays() -> None:
    assert not HEAVY & _loaded_after("import mmm; mmm.parse_spec, mmm.SamplingSpec, mmm.Horizon")


def test_no_name_of_the_model_package_loads_the_sampler() -> None:
    loaded = _loaded_after("import mmm; [getattr(mmm, name) for name in mmm.__all__]")
    assert "mmm.posterior.fitted" in loaded
    assert not {"pymc", "pytensor", "nutpie", "scipy.optimize"} & loaded


@pytest.mark.parametrize("package", ["mmm", *(f"mmm.{folder}" for folder in FACES)])
def test_every_name_of_a_face_is_what_its_module_defines(package: str) -> None:
    face = importlib.import_module(package)
    for name in face.__all__:
        value = getattr(face, name)
        assert value.__name__ == name
        assert value.__module__.startswith(package)


@pytest.mark.parametrize("package", ["mmm", *(f"mmm.{folder}" for folder in FACES)])
def test_no_module_stands_in_the_place_of_a_name(package: str) -> None:
    """A module that is imported becomes an attribute of its package, before any lazy name."""
    face = importlib.import_module(package)
    modules = {path.stem for path in Path(str(face.__file__)).parent.iterdir()}
    assert not modules & set(face.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'mmm' has no attribute 'fits'"):
        importlib.import_module("mmm").__getattr__("fits")


@pytest.mark.parametrize("folder", EMPTY)
def test_the_faces_of_the_sampler_are_empty(folder: str) -> None:
    """Else the API process would load PyMC."""
    assert not _loaded_after(f"import mmm.{folder}") & HEAVY
