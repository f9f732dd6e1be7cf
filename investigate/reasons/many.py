"""Classify very many distinct texts, on every processor of this machine.

A text takes tens of microseconds, so a national log's million of them is worth other processes. They are started as
commands and not forked: a notebook's or a script's own main module must not run again, and the engine's threads must
not be copied.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from types import TracebackType
from typing import IO

import pyarrow as pa

from investigate.columns import REASONS
from investigate.reasons.classify import RULES_VERSION, classify_reason
from investigate.reasons.overrides import NO_OVERRIDES, Overrides, parse_overrides
from investigate.reasons.overrides import RULE as OVERRIDE

ENOUGH = 40_000  # texts: below, starting another process takes longer than it saves
MOST_WORKERS = 8
_SIZE = 8  # bytes of the number before each message
_READ = ("reason", "case_text", "offense_type", "is_exported", "is_overwritten")
_FOUND = {
    name: pa.string() for name in ("category", "rule", "category_by_rules", "matched", "matched_in", "rules_version")
}


def classify_batch(texts: pa.RecordBatch, overrides: Overrides) -> pa.RecordBatch:
    """Texts with the columns of the table `reasons` that are known before → the same rows with all of its columns."""
    read = (texts.column(name).to_pylist() for name in _READ)
    found = [_classify(*row, overrides=overrides) for row in zip(*read, strict=True)]
    columns = list(zip(*found, strict=True)) or [()] * len(_FOUND)
    made = {name: pa.array(values, kind) for (name, kind), values in zip(_FOUND.items(), columns, strict=True)}
    arrays = [made[name] if name in made else texts.column(name) for name in REASONS.names]
    return pa.RecordBatch.from_arrays(arrays, names=REASONS.names)


def _classify(*stated: str | None, overrides: Overrides) -> tuple[str | None, ...]:
    """The columns of _READ of one row → those of _FOUND."""
    texts, (exported, overwritten) = stated[:3], map(bool, stated[3:])
    found = classify_reason(*texts, exported=exported, overwritten=overwritten, overrides=overrides)
    by_rules = None
    if found.rule.startswith(OVERRIDE):
        by_rules = classify_reason(*texts, exported=exported, overwritten=overwritten).category
    return found.category, found.rule, by_rules, found.matched or None, found.column or None, RULES_VERSION


def classify_batches(batches: Iterable[pa.RecordBatch], overrides: Overrides, number: int) -> Iterator[pa.RecordBatch]:
    """`classify_batch` over batches of together `number` texts, in their order."""
    workers = min(MOST_WORKERS, os.cpu_count() or 1, number // ENOUGH)
    if workers < 2:
        yield from (classify_batch(batch, overrides) for batch in batches)
        return
    with ExitStack() as stack:
        idle: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(workers):
            idle.put(stack.enter_context(_Worker(overrides)))

        def classify(batch: pa.RecordBatch) -> pa.RecordBatch:
            worker = idle.get()
            try:
                return worker.classify(batch)
            except (OSError, EOFError):  # it was ended from outside; its work is done here
                return classify_batch(batch, overrides)
            finally:
                idle.put(worker)

        yield from _in_order(classify, batches, stack.enter_context(ThreadPoolExecutor(workers)), 2 * workers)


def _in_order(
    work: Callable[[pa.RecordBatch], pa.RecordBatch],
    batches: Iterable[pa.RecordBatch],
    pool: ThreadPoolExecutor,
    ahead: int,
) -> Iterator[pa.RecordBatch]:
    """Results in the order of the batches, with no more than `ahead` of them in memory."""
    waiting: deque[Future[pa.RecordBatch]] = deque()
    for batch in batches:
        waiting.append(pool.submit(work, batch))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Worker:
    """Another process that classifies one batch at a time."""

    def __init__(self, overrides: Overrides) -> None:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "investigate.reasons.many"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._questions, self._answers = process, process.stdin, process.stdout
        self._questions.write(len(overrides.content).to_bytes(_SIZE, "big") + overrides.content)

    def __enter__(self) -> _Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            self._process.kill()
        with suppress(OSError):  # of a process that is gone, with a question still in the pipe
            self._questions.close()
        self._process.wait()
        self._answers.close()

    def classify(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Raises OSError or EOFError when the process is gone."""
        _send(self._questions, batch)
        answer = _receive(self._answers)
        if answer is None:
            raise EOFError
        return answer


def _send(pipe: IO[bytes], batch: pa.RecordBatch) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    message = sink.getvalue()
    pipe.write(message.size.to_bytes(_SIZE, "big"))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> pa.RecordBatch | None:
    """The next batch, or None at the end; raises EOFError in the middle of one."""
    size = pipe.read(_SIZE)
    if not size:
        return None
    message = pipe.read(int.from_bytes(size, "big"))
    if len(message) < int.from_bytes(size, "big"):
        raise EOFError
    return pa.ipc.open_stream(message).read_next_batch()


def main() -> None:
    """Answer batches until the other side closes the pipe."""
    size = int.from_bytes(sys.stdin.buffer.read(_SIZE), "big")
    overrides = parse_overrides(sys.stdin.buffer.read(size)) if size else NO_OVERRIDES
    while (batch := _receive(sys.stdin.buffer)) is not None:
        _send(sys.stdout.buffer, classify_batch(batch, overrides))


if __name__ == "__main__":
    main()
