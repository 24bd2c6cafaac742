"""The hooks of a commit and the hosted CI run what a developer runs by hand."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CI_SCRIPT = (ROOT / ".ci" / "run").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
HOOKS: list[dict[str, Any]] = [
    hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repository["hooks"]
]
WORKFLOW: dict[Any, Any] = yaml.safe_load(
    (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
)
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_every_repository_of_hooks_is_this_one() -> None:
    """A hook fetched from elsewhere would check with another version than CI."""
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert {repository["repo"] for repository in document["repos"]} == {"local"}


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_runs_a_tool_that_make_check_runs(hook) -> None:
    program, *arguments = shlex.split(hook["entry"])
    tool = Path(program)
    assert tool.parent == Path(".venv/bin"), "the version that requirements.lock pins"
    assert (ROOT / tool).is_file()
    command = " ".join([f"$(BIN)/{tool.name}", *arguments[:1]])
    assert command in MAKEFILE


def test_the_types_of_every_checked_folder_are_checked_before_a_commit() -> None:
    (hook,) = (hook for hook in HOOKS if hook["id"] == "mypy")
    for folder in ("app", "mmm", "optimizer", "benchmarks", "tests"):
        assert re.match(hook["files"], f"{folder}/module.py")
    assert re.match(hook["exclude"], "benchmarks/peers/meridian.py")


def test_the_hosted_ci_runs_the_script_that_every_change_must_pass() -> None:
    assert [step["run"] for step in STEPS if "run" in step] == ["bash .ci/run"]


def test_the_script_runs_targets_of_the_makefile() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    called = re.findall(r"^(?:timed )?make (\w+)$", CI_SCRIPT, re.MULTILINE)
    assert {"check", "test", "slow"} <= set(called) <= set(targets)


def test_the_hosted_ci_has_the_python_of_the_repository() -> None:
    (python,) = (step["with"] for step in STEPS if "setup-python" in step.get("uses", ""))
    assert python["python-version"] == (ROOT / ".python-version").read_text("utf-8").strip()


def test_the_hosted_ci_may_only_read() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
