"""One writer at a time in a folder: a lock that ends with its process, and a note that says in words who holds it.

The lock is that of the engine's scratch file: the system gives it up when the process ends, however that ends, on every
system and on shared disks. The note beside it (`.owner.json`) decides nothing. It names the run to whoever meets the
lock, and, where it is found without the lock, tells that a run was killed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.errors import InvestigateError
from investigate.progress import note, say_seconds, step

OWNER = ".owner.json"
SECONDS_PATIENT = 60.0  # to wait for another run in the same folder
TRY_EVERY = 0.2  # seconds


@dataclass(frozen=True)
class Held:
    """A folder that this process alone writes to. `con`: the connection whose scratch file is the lock; `left`: one
    sentence on a run that was killed in this folder before, None where the last one ended as it should."""

    con: Backend
    left: str | None


_held: dict[tuple[Path, int], Held] = {}  # by folder and thread
_threads: dict[Path, threading.Lock] = {}


def held_here(folder: Path) -> Held | None:
    """What this thread holds of the folder already; None where it does not."""
    return _held.get(_key(folder))


def _key(folder: Path) -> tuple[Path, int]:
    return folder.resolve(), threading.get_ident()


@contextmanager
def hold(folder: Path, scratch: str, verb: str, patience: float = SECONDS_PATIENT) -> Iterator[Held]:
    """Hold the folder, which is made if it is not there, until the end; `scratch` names the file that is the lock,
    `verb` what is done meanwhile (load, report …).

    Raises InvestigateError, which says who is at work, when another still holds it after `patience` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / scratch
    until = time.monotonic() + patience
    with _alone_in_this_process(lock, patience):
        con = _lock(lock, until)
        held = Held(con, _what_was_left(folder))
        if held.left:
            note(held.left)
        _held[_key(folder)] = held
        try:
            _write_owner(folder, verb)
            yield held
        finally:
            del _held[_key(folder)]
            _give_up(lock, con)


def _give_up(lock: Path, con: Backend) -> None:
    # Removed while still locked, or a run that waits could lose its own. It holds raw cells, plates among them.
    (lock.parent / OWNER).unlink(missing_ok=True)
    _remove(lock)
    con.disconnect()
    if os.name == "nt":  # where an open file cannot be removed
        _remove(lock)


@contextmanager
def _alone_in_this_process(lock: Path, patience: float) -> Iterator[None]:
    """The system's lock is one between processes; this one is between the threads of this one."""
    mine = _threads.setdefault(lock.resolve(), threading.Lock())
    if not mine.acquire(timeout=patience):
        raise InvestigateError(_busy(lock.parent))
    try:
        yield
    finally:
        mine.release()


def _lock(lock: Path, until: float) -> Backend:
    """Connect to the scratch file, which locks it; wait for another run until it is too late to."""
    con = _try(lock)
    if con is not None:
        return con
    with step(lambda: f"waiting for another run ({say_owner(lock.parent)})"):
        while con is None:
            if time.monotonic() > until:
                raise InvestigateError(_busy(lock.parent))
            time.sleep(TRY_EVERY)
            con = _try(lock)
    return con


def _try(lock: Path) -> Backend | None:
    """The connection that has the lock; None while another has it. A file that a killed run left broken is replaced."""
    is_fresh = not lock.exists()
    try:
        con = engine.connect(lock)
    except duckdb.Error as error:
        if "could not set lock" in str(error).lower() or "being used by another" in str(error).lower():
            return None
        if is_fresh:
            raise
        _remove(lock)
        return _try(lock)
    if _is_open(lock):
        return con
    con.disconnect()
    return None


def _is_open(lock: Path) -> bool:
    """Whether the file of this name is one that this process has open. Whoever held it removes it when done: what was
    opened just before that is a lock that nobody else would meet."""
    try:
        named = lock.stat()
        opened = [os.fstat(int(number)) for number in _numbers_of_open_files()]
    except FileNotFoundError:
        return False
    return not opened or any(os.path.samestat(named, one) for one in opened)


def _numbers_of_open_files() -> Iterator[int]:
    """None where the system does not say (Windows, where an open file cannot be removed)."""
    with suppress(FileNotFoundError):
        for name in os.listdir("/dev/fd"):
            with suppress(OSError):  # that by which the folder was listed
                os.fstat(int(name))
                yield int(name)


def _busy(folder: Path) -> str:
    return (
        f"Another run is writing to {str(folder)!r} ({say_owner(folder)}). Wait until it is done and run this again; "
        "what is finished by then will be left as it is."
    )


# ---- the note -------------------------------------------------------------------------------------------

NOT_KNOWN = "which has not said who it is"


def _write_owner(folder: Path, verb: str) -> None:
    """Say who holds the folder. Plainly, not aside: it is read for words only, and may be half there."""
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    owner = {"verb": verb, "pid": os.getpid(), "host": platform.node(), "started_at": started}
    (folder / OWNER).write_text(json.dumps(owner) + "\n", encoding="utf-8")


def _read_owner(folder: Path) -> dict[str, Any] | None:
    try:
        owner = json.loads((folder / OWNER).read_text(encoding="utf-8"))
        began = dt.datetime.fromisoformat(owner["started_at"]).astimezone(dt.UTC)
        return {"verb": str(owner["verb"]), "pid": int(owner["pid"]), "host": str(owner["host"]), "began": began}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def say_owner(folder: Path) -> str:
    """Who holds the folder, or held it last, in words."""
    owner = _read_owner(folder)
    if owner is None:
        return NOT_KNOWN
    where = "" if owner["host"] == platform.node() else f" on {owner['host']}"
    age = (dt.datetime.now(dt.UTC) - owner["began"]).total_seconds()
    ago = f", {say_seconds(age)} ago" if age >= 0 else ""  # the clock may have been put back
    return f"{owner['verb']}, process {owner['pid']}{where}, begun {owner['began']:%Y-%m-%d %H:%M} UTC{ago}"


def _what_was_left(folder: Path) -> str | None:
    """One sentence on the run that did not end as it should, if there was one. This process has the lock now."""
    if not (folder / OWNER).exists():
        return None
    return (
        f"An earlier run was killed before it was done ({say_owner(folder)}). What it left half written was removed, "
        "and this run goes on from what it had finished."
    )


def _remove(lock: Path) -> None:
    """Remove the scratch file and what the engine keeps beside it."""
    for left in lock.parent.glob(f"{lock.name}*"):
        with suppress(FileNotFoundError, PermissionError):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
