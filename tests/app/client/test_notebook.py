"""The client in a real notebook kernel, against a real service whose fits are fakes."""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.mmm.fakes import RICH, table

BEGIN = """
from app.client import Client
api = Client({url!r})
dataset = api.create_dataset({content!r}, name="shop <b>")
dataset
"""
WAIT = """
import json
fit = api.fit({{"dataset_id": dataset.id}}, json.loads({model!r}), {{"seed": 0, "draws": 50}})
done = api.wait(fit, every=0.02)
"""


class ThisPython(KernelSpecManager):
    """Kernels of the interpreter that runs the tests, whatever else is installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


class Notebook:
    """Runs cells and keeps what a page would show for them."""

    def __init__(self, kernel: KernelManager) -> None:
        self._client = kernel.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, cell: str) -> list[dict[str, Any]]:
        """The outputs of a cell, in the order in which they came; asserts that it had no error."""
        outputs: list[dict[str, Any]] = []
        reply = self._client.execute_interactive(cell, timeout=60, output_hook=outputs.append)
        assert reply["content"]["status"] == "ok", reply["content"]
        return outputs

    def close(self) -> None:
        """Leave the kernel."""
        self._client.stop_channels()


@pytest.fixture(scope="module")
def notebook() -> Iterator[Notebook]:
    kernel = KernelManager(kernel_spec_manager=ThisPython(), shutdown_wait_time=2.0)
    kernel.start_kernel()
    try:
        found = Notebook(kernel)
        yield found
        found.close()
    finally:
        kernel.shutdown_kernel(now=True)


def of_type(outputs: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [output["content"] for output in outputs if output["msg_type"] == kind]


def test_notebook_shows_tables_and_one_output_of_bars_that_grow(client, notebook) -> None:
    content = table().to_csv(index=False).encode()
    shown = notebook.run(BEGIN.format(url=str(client.base_url), content=content))
    (result,) = of_type(shown, "execute_result")
    page = result["data"]["text/html"]
    assert "shop &lt;b&gt;: 60 rows" in page
    assert "<td>tv_spend</td>" in page
    assert "<p>note: people: every cell is 1000</p>" in page

    waited = notebook.run(WAIT.format(model=json.dumps(RICH)))
    assert of_type(waited, "stream") == []
    (first,) = of_type(waited, "display_data")
    later = of_type(waited, "update_display_data")
    assert later
    assert {update["transient"]["display_id"] for update in later} == {
        first["transient"]["display_id"]
    }
    pages = [output["data"]["text/html"] for output in (first, *later)]
    assert all(one != next_one for one, next_one in pairwise(pages))
    assert "<td>succeeded</td><td><progress max='1' value='1.000'>" in pages[-1]
    assert "<td>chain 1</td>" in pages[-1]

    (ended,) = of_type(notebook.run("done"), "execute_result")
    assert ": succeeded, 100%" in ended["data"]["text/html"]
