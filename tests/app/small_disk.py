"""Disks that are full or refuse to be written, as far as this machine lets us make them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A mounted file system of a few kilobytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def leave(self, free: int) -> None:
        """Take up all but about ``free`` bytes."""
        self._filler.write_bytes(b"")
        blocks = _free_bytes(self.path) - free
        self._filler.write_bytes(bytes(max(blocks, 0)))

    def clear(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def writable(self, allowed: bool) -> None:
        """Mount it again, for reading alone or for writing too."""
        mode = "rw" if allowed else "ro"
        _run("mount", "-o", f"remount,{mode}", str(self.path))


@contextmanager
def small_disk(path: Path, kilobytes: int) -> Iterator[SmallDisk]:
    """A disk of its own mounted at ``path``; skips the test where mounting is not allowed."""
    path.mkdir(parents=True)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(path))
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("this user may not mount a file system")
    try:
        yield SmallDisk(path)
    finally:
        _run("umount", "-l", str(path))


@contextmanager
def disk_that_turns_read_only(path: Path, megabytes: int) -> Iterator[Callable[[], None]]:
    """A disk mounted at ``path``, and what makes it read-only under open files.

    As the system does where it meets an error; skips the test where that cannot be done.
    """
    path.mkdir(parents=True)
    image = path.with_suffix(".image")
    image.write_bytes(b"")
    os.truncate(image, megabytes * 1024 * 1024)
    try:
        _run("mkfs.ext4", "-q", str(image))
        _run("mount", "-o", "loop,errors=remount-ro", str(image), str(path))
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("this user may not mount a file system")
    device = Path(_run("findmnt", "-n", "-o", "SOURCE", str(path)).strip()).name
    trigger = Path(f"/sys/fs/ext4/{device}/trigger_fs_error")
    try:
        if not trigger.exists():
            pytest.skip("this system cannot make a file system fail")
        yield lambda: _write(trigger)
    finally:
        _run("umount", "-l", str(path))


def _write(trigger: Path) -> None:
    trigger.write_text("a test")


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _free_bytes(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
