"""Artefacts on the disk: whole or not at all, one copy each, and no damaged byte passes unseen."""

import hashlib

import pytest

from app.store.disk import DiskStore
from mmm.errors import ArtefactError

CONTENT = b"draws" * 1000
KEY = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path):
    return DiskStore(tmp_path / "artefacts")


def files(store) -> list[str]:
    return sorted(path.name for path in store.directory.rglob("*") if path.is_file())


def test_bytes_and_files_have_the_key_of_their_content(store, tmp_path) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    assert store.put(CONTENT) == store.put(source) == KEY
    assert store.path(KEY).read_bytes() == CONTENT
    assert files(store) == [KEY]
    assert list(store.keys()) == [KEY]


def test_a_changed_byte_is_an_error(store) -> None:
    path = store.path(store.put(CONTENT))
    damaged = bytearray(CONTENT)
    damaged[17] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArtefactError, match="damaged"):
        store.path(KEY)
    with pytest.raises(ArtefactError, match="damaged"):
        DiskStore(store.directory).path(KEY)


def test_putting_the_bytes_again_heals(store) -> None:
    store.path(store.put(CONTENT)).write_bytes(b"")
    store.put(CONTENT)
    assert store.path(KEY).read_bytes() == CONTENT


def test_what_is_missing_is_an_error(store) -> None:
    with pytest.raises(ArtefactError, match="missing"):
        store.path(KEY)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", KEY[:-1], KEY.upper()])
def test_only_keys_name_files(store, key) -> None:
    with pytest.raises(ArtefactError):
        store.path(key)


def test_deleting_twice_is_no_error(store) -> None:
    store.put(CONTENT)
    store.delete(KEY)
    store.delete(KEY)
    assert files(store) == []


def test_a_failed_write_leaves_nothing(store, tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(tmp_path / "absent")
    assert files(store) == []


def test_a_store_that_can_be_written_says_so(store) -> None:
    store.check_writable()
    assert files(store) == []
