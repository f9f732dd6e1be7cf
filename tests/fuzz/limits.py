"""The time that one input may take, and whether time grows with the length of an input as it should."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SECONDS = 20.0  # of processor time for one input; sound inputs take less than one
WAITING = 180.0  # seconds by the clock, for work that waits and does nothing; others may use the machine meanwhile
FLOOR = 0.5  # seconds of processor time below which a growth says nothing
MOST_GROWTH = 3.2  # times, for twice the text: 2 is linear, 4 is quadratic


class TooSlow(AssertionError):
    """An input that takes longer than it may."""


@contextmanager
def within(seconds: float = SECONDS, *, alarm: bool = True) -> Iterator[None]:
    """Raise TooSlow for work that takes longer: while it runs where this system has alarms, else after it.

    `alarm=False`: who calls has an alarm of its own, and these would take its place.
    """
    started = time.process_time()
    is_set = alarm and hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    with _alarm("PROF", seconds, is_set), _alarm("REAL", WAITING, is_set):
        yield
    # Code that catches everything may have caught the alarm as well.
    if (took := time.process_time() - started) > seconds:
        raise TooSlow(f"took {took:.1f} seconds; {seconds:.0f} are allowed")


@contextmanager
def _alarm(clock: str, seconds: float, is_set: bool) -> Iterator[None]:
    if not is_set:
        yield
        return
    timer = getattr(signal, f"ITIMER_{clock}")
    sign = signal.SIGALRM if clock == "REAL" else signal.SIGPROF
    before = signal.signal(sign, _ring)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(sign, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise TooSlow("was stopped by the alarm")


def check_growth(work: Callable[[str], Any], unit: str, length: int = 20_000) -> None:
    """Raise TooSlow if twice the text takes far more than twice the time; the text is `unit` again and again."""
    if not unit:
        return
    text = unit * (length // len(unit) + 1)
    half, whole = _seconds(work, text[: length // 2]), _seconds(work, text[:length])
    if whole > FLOOR and whole > MOST_GROWTH * half:
        # Once more: a collection of garbage may have fallen into it.
        half, whole = _seconds(work, text[: length // 2] + " "), _seconds(work, text[:length] + " ")
        if whole > FLOOR and whole > MOST_GROWTH * half:
            raise TooSlow(f"{length // 2:,} characters take {half:.2f} s, {length:,} take {whole:.2f} s")


def _seconds(work: Callable[[str], Any], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started
