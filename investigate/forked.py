"""Jupyter kernels that are forks (see `warm`), through Jupyter's own point of extension, the kernel provisioner."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from investigate.warm import process_context, take_over

LAUNCHER = "ipykernel_launcher"
_waiting: list[tuple[BaseProcess, Connection]] = []
_started: list[AsyncKernelManager] = []  # while somebody asks for them
PR_SET_PDEATHSIG = 1  # of Linux's prctl: the signal that a process gets when its parent ends
LOST = 1  # what is said to have ended a kernel of which nothing more is known


def _be_kernel(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """What a forked kernel does: become what `python -m ipykernel_launcher` is, in the given surroundings."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - imported before the fork

    os.setsid()  # Ctrl-C in a terminal is for the batch; a signal to the kernel reaches what it started too
    take_over(environment, folder)
    sys.argv = ["ipykernel_launcher.py", *arguments]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Told of a parent, a kernel does not print how to end it by hand.
    IPKernelApp.launch_instance(arguments, parent_handle=os.getppid())


def _end_with_parent() -> None:
    """A kernel whose batch was killed has nobody left to end it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _die_with_parent() -> None:
    """The system ends this process with its parent: a cell that hangs outside of Python lets no thread run."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_with_parent() -> None:
    """From now on this process, which drives kernels, ends when the one that asked for it does: it would write a report
    into a folder that another batch may hold by then. Its kernel ends with it."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _wait_and_be_kernel(hears: Connection, says: Connection) -> None:
    """What a kernel in waiting does: nothing, until it is told how to be one, or that it is not wanted."""
    _die_with_parent()
    says.close()  # else the end of who holds the other would not be heard
    try:
        arguments, environment, folder = json.loads(hears.recv_bytes())
    except EOFError:
        return
    hears.close()
    _be_kernel(arguments, environment, folder)


@contextlib.contextmanager
def kernel_in_waiting() -> Iterator[None]:
    """Meanwhile, the first kernel that this process starts is a fork of what this process is now."""
    context = multiprocessing.get_context("fork")
    hears, says = context.Pipe(duplex=False)
    process = context.Process(target=_wait_and_be_kernel, args=(hears, says))
    process.start()
    hears.close()
    _waiting.append((process, says))
    try:
        yield
    finally:
        for _, unused in _waiting:
            unused.close()
        _waiting.clear()


def _start_kernel(arguments: list[str], environment: dict[str, str], folder: str) -> BaseProcess:
    """Have the kernel in waiting begin, or fork another."""
    if _waiting:
        process, says = _waiting.pop()
        with says:
            says.send_bytes(json.dumps([arguments, environment, folder]).encode("utf-8"))
        return process
    other: BaseProcess = process_context().Process(  # type: ignore[attr-defined] # every start method's context has one
        target=_be_kernel, args=(arguments, environment, folder)
    )
    other.start()
    return other


class _Forked:
    """A forked kernel, with the part of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self.process = process

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    def poll(self) -> int | None:
        code = self.process.exitcode
        return LOST if code is None and not self.process.is_alive() else code

    def wait(self) -> int:
        self.process.join()
        code = self.poll()
        return LOST if code is None else code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkedProvisioner(LocalProvisioner):
    """Launches a kernel as a fork; signals, waiting and the end are those of a kernel on this machine."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and give where it listens. `cmd` of a kernel that is not this Python's own runs as it is."""
        if LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index(LAUNCHER) + 1 :]
        environment, folder = kwargs.get("env") or dict(os.environ), str(kwargs.get("cwd") or os.getcwd())
        process = _start_kernel(arguments, environment, folder)
        self.process = _Forked(process)  # type: ignore[assignment] # as much of a Popen as is asked of it
        self.pid = self.pgid = process.pid
        return self.connection_info

    async def wait(self) -> int | None:
        """As for any local kernel, but without a tenth of a second of sleep after its end."""
        while self.process and await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()


@contextlib.contextmanager
def started_kernels() -> Iterator[list[AsyncKernelManager]]:
    """The kernels that are started meanwhile by managers of this module, as their managers."""
    _started.clear()
    yield _started
    _started.clear()


def kill_kernels(kernels: list[AsyncKernelManager]) -> None:
    """Kill them and what they started, at once and from any thread."""
    for kernel in list(kernels):
        process = getattr(kernel.provisioner, "process", None)
        if process is not None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)  # each kernel leads a group of its own
            with contextlib.suppress(OSError):
                process.kill()


class KnownKernelManager(AsyncKernelManager):
    """Jupyter's own kernels, each of them known to `started_kernels`."""

    async def _async_post_start_kernel(self, **options: Any) -> None:
        _started.append(self)
        await super()._async_post_start_kernel(**options)


class ForkedKernelManager(KnownKernelManager):
    """Runs kernels by `ForkedProvisioner`, and speaks to them through files of this machine, not over TCP."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"transport": "ipc"} | options)

    async def _async_interrupt_kernel(self) -> None:
        """As for any kernel, but not on the way to its end: an interrupt would then only be told as an error."""
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None and self.kernel_spec is not None:
            self.provisioner = ForkedProvisioner(
                kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**options)
