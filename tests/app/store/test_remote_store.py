"""Artefacts in an object store, over HTTP against a real S3-speaking process."""

import asyncio
import hashlib
import os
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import StoreUnavailable
from app.runtime.metrics import ARTEFACT_CACHE, CHECKSUM_FAILURES
from app.runtime.probe import Probe
from app.settings import Settings
from app.startup_errors import InvalidSetting
from app.store.copies import LocalCopies
from app.store.disk import DiskStore
from app.store.opening import open_store
from app.store.remote import RemoteStore
from mmm.errors import ArtefactError
from tests.app.object_store import BUCKET, environment, free_port, object_server

CONTENT = b"draws" * 1000
KEY = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def server():
    with object_server() as running, environment(running.environment()):
        yield running


@pytest.fixture
def url(request) -> str:
    return f"s3://{BUCKET}/{request.node.name.partition('[')[0]}"


@pytest.fixture
def settings(tmp_path, url) -> Settings:
    return Settings(data_dir=tmp_path, artefact_url=url)


@pytest.fixture
def store(server, settings):
    return open_store(settings)


@pytest.fixture
def elsewhere(server, settings, tmp_path):
    """The same bucket, seen from another machine: no copies yet."""
    return open_store(settings.model_copy(update={"data_dir": tmp_path / "elsewhere"}))


def test_what_one_machine_puts_another_reads(store, elsewhere, tmp_path) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    assert store.put(CONTENT) == store.put(source) == KEY
    assert elsewhere.path(KEY).read_bytes() == CONTENT
    assert list(elsewhere.keys()) == [KEY]


def test_a_large_file_arrives_whole(store, elsewhere) -> None:
    content = os.urandom(11_000_000)
    assert elsewhere.path(store.put(content)).read_bytes() == content


def test_bytes_are_fetched_once(store, elsewhere) -> None:
    store.put(CONTENT)
    before = ARTEFACT_CACHE.labels("miss")._value.get()
    assert elsewhere.path(KEY) == elsewhere.path(KEY)
    assert ARTEFACT_CACHE.labels("miss")._value.get() == before + 1


def test_a_changed_byte_in_the_bucket_is_an_error_and_counted(
    server, store, elsewhere, url
) -> None:
    store.put(CONTENT)
    name = f"{url.rpartition('/')[2]}/{KEY[:2]}/{KEY}"
    server.bucket().put(name, b"?" + CONTENT[1:])
    before = CHECKSUM_FAILURES.labels("store")._value.get()
    for _ in range(2):
        with pytest.raises(ArtefactError, match="damaged"):
            elsewhere.path(KEY)
    assert CHECKSUM_FAILURES.labels("store")._value.get() == before + 2


def test_a_changed_byte_in_a_copy_is_counted_and_fetched_again(store) -> None:
    store.put(CONTENT)
    store.path(KEY).write_bytes(b"?" + CONTENT[1:])
    before = CHECKSUM_FAILURES.labels("cache")._value.get()
    assert store.path(KEY).read_bytes() == CONTENT
    assert CHECKSUM_FAILURES.labels("cache")._value.get() == before + 1


def test_what_is_missing_is_an_error(store) -> None:
    with pytest.raises(ArtefactError, match="missing"):
        store.path(KEY)


def test_deleting_spares_what_was_put_again(store, elsewhere) -> None:
    store.put(CONTENT)
    hour = timedelta(hours=1)
    assert list(store.keys(put_before=datetime.now(UTC) - hour)) == []
    assert not store.delete(KEY, put_before=datetime.now(UTC) - hour)
    assert elsewhere.path(KEY).read_bytes() == CONTENT
    assert store.delete(KEY, put_before=datetime.now(UTC) + hour)
    assert not store.delete(KEY)
    with pytest.raises(ArtefactError, match="missing"):
        store.path(KEY)


def test_a_store_that_can_be_written_says_so(store) -> None:
    store.check_writable()
    assert list(store.keys()) == []


def test_no_bucket_is_a_clear_error_and_leaves_nothing(server, settings, tmp_path) -> None:
    store = open_store(settings.model_copy(update={"artefact_url": "s3://no-such-bucket"}))
    for call in (store.check_writable, lambda: store.put(CONTENT), lambda: list(store.keys())):
        with pytest.raises(StoreUnavailable, match="AWS_ENDPOINT_URL"):
            call()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_server_that_is_gone_is_a_clear_error(server, settings, tmp_path) -> None:
    values = {**server.environment(), "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    with environment(values):
        store = open_store(settings)
    with pytest.raises(StoreUnavailable):
        store.put(CONTENT)
    with pytest.raises(StoreUnavailable):
        store.path(KEY)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("url", ["bucket", "s3://", "ftp://host/path", "s3:bucket"])
def test_urls_that_name_no_bucket_are_refused(tmp_path, url) -> None:
    with pytest.raises(InvalidSetting, match="PRUDENT_ARTEFACT_URL"):
        open_store(Settings(data_dir=tmp_path, artefact_url=url))


def test_copies_are_bounded_and_the_least_recently_used_goes_first(tmp_path) -> None:
    copies = LocalCopies(tmp_path, max_bytes=250, grace_seconds=0.0)
    first, second = copies.put(b"1" * 100), copies.put(b"2" * 100)
    copies.path(first)
    third = copies.put(b"3" * 100)
    assert set(DiskStore(tmp_path).keys()) == {first, third}
    with pytest.raises(ArtefactError, match="missing"):
        copies.path(second)


def test_copies_used_before_the_clock_was_set_back_are_bounded_too(tmp_path) -> None:
    copies = LocalCopies(tmp_path, max_bytes=250)
    earlier = [copies.put(bytes([n]) * 100) for n in range(3)]
    tomorrow = time.time() + 86_400.0
    for key in earlier:
        os.utime(DiskStore(tmp_path).path(key), (tomorrow, tomorrow))
    latest = copies.put(b"9" * 100)
    left = set(DiskStore(tmp_path).keys())
    assert latest in left
    assert len(left) == 2


def test_copies_just_handed_out_stay_beyond_the_limit(tmp_path) -> None:
    copies = LocalCopies(tmp_path, max_bytes=50)
    kept = [copies.put(bytes([n]) * 100) for n in range(3)]
    assert {copies.path(key) for key in kept} == {DiskStore(tmp_path).path(key) for key in kept}


def test_the_store_is_the_remote_one_only_when_asked(server, settings, tmp_path) -> None:
    assert isinstance(open_store(settings), RemoteStore)
    assert isinstance(open_store(Settings(data_dir=tmp_path)), DiskStore)


def test_a_bucket_that_never_answers_is_one_connection_for_all_probes(tmp_path) -> None:
    """A listener that accepts and says nothing: 45 probes wait for one attempt, not for long."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
        variables["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
        variables |= {"AWS_ALLOW_HTTP": "true", "AWS_REGION": "none", "AWS_TIMEOUT": "3 seconds"}
        with environment(variables):
            store = open_store(Settings(data_dir=tmp_path, artefact_url=f"s3://{BUCKET}"))
        probe = Probe("store", store.check_writable)

        async def ask_often() -> list[BaseException | None]:
            asked = [probe.within(0.5) for _ in range(45)]
            return list(await asyncio.gather(*asked, return_exceptions=True))

        answers = asyncio.run(ask_often())
        assert [type(answer) for answer in answers] == [TimeoutError] * 45
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()
