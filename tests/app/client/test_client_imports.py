"""The client is light: a notebook that talks to a service loads no service and no numerics."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

SERVICE = {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "dbos"}
NUMERICS = {"numpy", "pandas", "scipy", "xarray", "networkx", "pymc", "pytensor", "arviz"}
ABOVE_THE_CLIENT = {"app.db", "app.jobs", "app.services", "app.http", "app.routes", "app.store"}


def loaded_by(statements: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after the statements."""
    run = f"{statements}; import json, sys; print(json.dumps([*sys.modules]))"
    child = [sys.executable, "-c", run]
    done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_the_client_loads_no_service_and_no_numerics() -> None:
    loaded = loaded_by("import app.client")
    assert "app.client.transport" in loaded
    assert not loaded & (SERVICE | NUMERICS | ABOVE_THE_CLIENT)


def test_importing_every_document_of_the_contract_loads_neither() -> None:
    modules = ", ".join(
        f"app.contract.{path.stem}" for path in (ROOT / "app/contract").glob("*.py")
    )
    loaded = loaded_by(f"import {modules}")
    assert "app.contract.plan_requests" in loaded
    assert not loaded & (SERVICE | NUMERICS | ABOVE_THE_CLIENT | {"app.client"})


def test_pandas_is_loaded_when_a_table_is_asked_for() -> None:
    ask = (
        "from app.client.answers import SideBySide; answer = SideBySide(items=[]); "
        "import sys; assert 'pandas' not in sys.modules; answer.frame()"
    )
    assert "pandas" in loaded_by(ask)
