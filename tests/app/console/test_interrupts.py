"""Ctrl-C during a fit on the command line."""

import os
import signal

import pytest

from app.console.interrupts import stop_on_interrupt


def test_the_first_interrupt_stops_and_the_second_ends() -> None:
    former = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == former
