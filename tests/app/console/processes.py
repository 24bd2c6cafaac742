"""The command line in processes that have what it imports already: a start takes no seconds.

Each command is a process of its own, with its directory, its variables, its streams and its exit
code. It is forked from a server that imported the modules below and did nothing else. A few tests
start ``python -m app.cli`` instead (``tests/app/console/test_cli.py``), as users do.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
IMPORTED = (
    "app.cli",
    "app.main",
    "app.report",
    "app.serve",
    "mmm.causal.graph_answer",
    "mmm.counterfactual.answer",
    "mmm.plan.plan_vs_actual",
    "mmm.refit.stability",
    "optimizer",
)
SECONDS = 900.0


def run_prudent(
    *arguments: object, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What ``prudent ARGUMENTS`` says and returns in ``folder``, with these variables alone."""
    assert all(map(find_spec, IMPORTED)), "a server passes over what it cannot import"
    FORKS.set_forkserver_preload([*IMPORTED])
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as place:
        streams = Path(place) / "stdout", Path(place) / "stderr"
        process = FORKS.Process(target=_run, args=(words, folder, dict(variables), *streams))
        process.start()
        process.join(SECONDS)
        assert process.exitcode is not None, f"{words} takes more than {SECONDS} s"
        out, err = (stream.read_text("utf-8") for stream in streams)
    return subprocess.CompletedProcess(words, process.exitcode, out, err)


def _run(
    arguments: list[str], folder: Path, variables: dict[str, str], out: Path, err: Path
) -> None:
    from app.cli import main

    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.argv = ["prudent", *arguments]
    main()
