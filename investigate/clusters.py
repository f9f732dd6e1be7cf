"""The batch of reports over many machines: each report is a task of a Dask or Spark cluster that is already there.

The machine that asks prepares the tables, plans, and writes index and record, as for a batch of its own; a worker does
for a report just what a process of this machine would do. All machines see the workspace, the folder of the reports
and the notebook under the same paths, and have the same version of this program: each worker checks that before it
renders.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from investigate.errors import InvestigateError
from investigate.one_report import ASIDE, Note, Outcome, Task, clear_aside, failed
from investigate.render_process import hashes_of
from investigate.render_worker import render_order
from investigate.spark import open_session

PATIENCE = 10.0  # seconds to wait for a scheduler, and then for its first worker
SPARK = re.compile(r"spark://|local\b|local-cluster\[|yarn$|k8s://")
DASK = re.compile(r"(tcp|tls|ws|wss|ucx)://|.*\.json$")
NO_PROGRAM = "A worker of the cluster lacks this program. Install the same version of it on every machine."
MARK = f"{ASIDE}cluster-"  # begins the name of a file by which workers know that they see the same folder

Order = dict[str, Any]


class Cluster:
    """A cluster that renders. `slots`: how many reports it renders at once; `render` waits for one of them and gives
    what `render_worker.render_order` gave; `stop` gives up those that are under way."""

    def __init__(self, slots: int, render: Callable[[Order], dict[str, Any]], stop: Callable[[], None]) -> None:
        self.slots, self.render, self.stop = slots, render, stop


@contextlib.contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """The cluster at the address: of a Dask scheduler (`tcp://host:8786`, or its scheduler file) or of a Spark master
    (`spark://host:7077`). Raises InvestigateError where nobody answers, and where Dask or PySpark is not installed."""
    if SPARK.match(address):
        with _open_spark(address) as cluster:
            yield cluster
    elif DASK.match(address):
        with _open_dask(address) as cluster:
            yield cluster
    else:
        raise InvestigateError(
            f"{address!r} is not the address of a cluster. Give that of a Dask scheduler, as tcp://host:8786, or that "
            "of a Spark master, as spark://host:7077."
        )


@contextlib.contextmanager
def _open_dask(address: str) -> Iterator[Cluster]:
    try:
        from distributed import Client  # noqa: PLC0415 - wanted by few, and slow to import
    except ImportError as error:
        raise InvestigateError(
            "A Dask cluster needs Dask here too. Install it with `make spark`, or with pip as the extra [dask]."
        ) from error
    where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
    try:
        client = Client(**where, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InvestigateError(
            f"No Dask scheduler answers at {address!r}. Check the address, and that the cluster runs."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise InvestigateError(f"The Dask cluster at {address!r} has no workers. Start some.") from error

        def render(order: Order) -> dict[str, Any]:
            # What a worker does has an effect beside its result, and may not be answered from what was done before.
            answer: dict[str, Any] = client.submit(render_order, order, pure=False).result()
            return answer

        yield Cluster(sum(client.nthreads().values()), render, client.close)


@contextlib.contextmanager
def _open_spark(address: str) -> Iterator[Cluster]:
    context = open_session(address).sparkContext

    def render(order: Order) -> dict[str, Any]:
        answer: dict[str, Any] = context.parallelize([order], 1).map(render_order).collect()[0]
        return answer

    yield Cluster(max(1, context.defaultParallelism), render, context.cancelAllJobs)


def make_orders(tasks: Sequence[Task], mark: str) -> list[Order]:
    """What workers are told: the report to render, and by what they know that they see the same files."""
    hashes = hashes_of(tasks[0]) if tasks else {}
    return [{"task": asdict(task), "mark": mark, "hashes": hashes} for task in tasks]


def run_on_cluster(cluster: Cluster, tasks: Sequence[Task], in_flight: int | None, note: Note) -> None:
    """Render all tasks on the cluster, no more than `in_flight` at once (default: all that it has room for).

    A worker that is lost has its reports rendered by another: that is the cluster's own doing. What no worker could
    render is noted as failed.
    """
    if not tasks:
        return
    out = Path(tasks[0].out)
    with tempfile.NamedTemporaryFile(prefix=MARK, dir=out) as mark:
        orders = make_orders(tasks, Path(mark.name).name)
        # These threads only wait; the work is done by the workers.
        pool = ThreadPoolExecutor(min(in_flight or cluster.slots, len(tasks)))
        waiting = {pool.submit(_render, cluster, order): task for order, task in zip(orders, tasks, strict=True)}
        try:
            for done in as_completed(waiting):
                answer = done.result()
                fault = InvestigateError(answer.get("failed", ""))
                note(Outcome(**answer["outcome"]) if "outcome" in answer else failed(waiting[done], fault))
        except BaseException:
            cluster.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            for task in tasks:
                clear_aside(out, task.slug)


def _render(cluster: Cluster, order: Order) -> dict[str, Any]:
    """What the cluster answered, or why it could not, in one sentence."""
    try:
        return cluster.render(order)
    except Exception as error:
        if "No module named 'investigate" in str(error):
            return {"failed": NO_PROGRAM}
        lines = str(error).strip().splitlines() or [""]
        return {"failed": f"The cluster gave the report up: {type(error).__name__}: {lines[0][:200]}"}
