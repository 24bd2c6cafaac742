"""Compiling tells how far it is, by what it took on this machine before."""

import time

import pytest

from mmm.code_folder import CODE_DIR
from mmm.inference import compile_clock
from mmm.inference.compile_clock import FIRST_GUESS, REMEMBERED, expected_seconds, telling, timed
from mmm.inference.method_result import COMPILE_END
from mmm.progress import Progress


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(CODE_DIR, str(tmp_path / "code"))


def test_a_machine_learns_from_its_past() -> None:
    assert expected_seconds() == FIRST_GUESS
    for _ in range(REMEMBERED + 3):
        with timed():
            time.sleep(0.02)
    assert 0.02 <= expected_seconds() < FIRST_GUESS
    assert len(compile_clock._past()) == REMEMBERED


def test_a_broken_record_is_no_past(tmp_path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "seconds.json").write_text("[1, null")
    assert expected_seconds() == FIRST_GUESS


def test_a_compilation_that_fails_is_not_remembered() -> None:
    with pytest.raises(ValueError, match="broken"), timed():
        raise ValueError("broken")
    assert expected_seconds() == FIRST_GUESS


def test_progress_rises_while_it_lasts_and_no_report_comes_after() -> None:
    told: list[Progress] = []
    with telling(told.append):
        time.sleep(2.5 * compile_clock.EVERY)
    count = len(told)
    time.sleep(1.2 * compile_clock.EVERY)
    assert len(told) == count >= 3
    shares = [item.progress for item in told]
    assert shares == sorted(shares)
    assert all(item.stage == "compiling" for item in told)
    assert shares[-1] < COMPILE_END
    assert told[-1].eta_seconds is not None


def test_the_share_never_reaches_the_end() -> None:
    shares = [compile_clock.share_done(seconds, 10.0) for seconds in (0.0, 5.0, 10.0, 100.0)]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[2] == pytest.approx(0.8)
    assert shares[-1] < 1.0
