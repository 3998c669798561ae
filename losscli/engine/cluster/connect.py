"""The only place that talks to Dask: a cluster that is found or started, tasks handed out, their results in
the order in which they are ready."""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryDirectory
from time import monotonic
from types import TracebackType
from typing import Any, Final

from losscli import __version__
from losscli.errors import ClusterError, UsageError, counted
from losscli.workers import usable_cores

CONNECT: Final = 15.0
"""Seconds that a scheduler may take to answer."""
ALONE: Final = 60.0
"""Seconds that a scheduler may be without any worker before we give up."""
POLL: Final = 1.0
"""Seconds between two looks at the workers while nothing is ready."""

LEAN: Final = {
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 27,
    "distributed.worker.preload": ["import os\nos.dup2(os.open(os.devnull, os.O_WRONLY), 2)\n"],
}
"""How workers of our own run: nobody looks at profiles; giving memory back after every block takes a quarter
of the time; and a worker that starts while the cluster ends would write a traceback to standard error."""


def dask_or_fail() -> Any:
    """The module `distributed`. Raises UsageError where it is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise UsageError(
            f"--engine dask needs the package distributed: {error}", hint="pip install 'losscli[dask]'"
        ) from error
    return distributed


class Cluster:
    """A Dask cluster: the one of a scheduler's address, or one on this machine that lives as long as the
    context. Workers that die are replaced by others; what they were at is done again."""

    def __init__(self, address: str | None, workers: int | None) -> None:
        self._address = address
        self._workers = workers
        self._own: Any = None
        self._loop: Any = None
        self._client: Any = None
        self._alone: float | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._dask = dask_or_fail()

    def __enter__(self) -> Cluster:
        self._loggers = _Quiet()
        try:
            self._connect()
            self._check_versions()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _connect(self) -> None:
        where = self._address
        if where is None:
            self._start()
        try:
            self._client = self._dask.Client(self._own or where, timeout=CONNECT, set_as_default=False)
        except ValueError as error:
            raise UsageError(
                f"--scheduler {where}: no address ({_short(error)})", hint="--scheduler tcp://HOST:8786"
            ) from error
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ClusterError(
                f"the scheduler at {where} cannot be reached within {CONNECT:.0f} seconds",
                hint="is `dask scheduler` running there, and the port open?",
            ) from error

    def _start(self) -> None:
        """Start worker processes on this machine. Raises ClusterError."""
        try:
            self._folder = TemporaryDirectory(prefix="losscli-dask-", ignore_cleanup_errors=True)
            self._loop = _loop_deaf_to_interrupts()
            from dask import config

            with config.set({**LEAN, "temporary-directory": self._folder.name}):
                self._own = self._dask.LocalCluster(
                    n_workers=self._workers or usable_cores(),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=":0",  # a fixed port may be taken
                    silence_logs=logging.CRITICAL,
                    loop=self._loop.loop,
                )
        except (OSError, RuntimeError) as error:
            raise ClusterError(
                f"no workers could be started: {_short(error)}",
                hint="a script that starts workers does so under `if __name__ == '__main__':`",
            ) from error

    def _check_versions(self) -> None:
        """See that there are workers, and that they have this version of losscli. Raises ClusterError."""
        try:
            self._client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError as error:
            raise ClusterError(
                f"the scheduler at {self._address} has no worker", hint="dask worker " + str(self._address)
            ) from error
        for worker, version in sorted(self._client.run(_version_finder()).items()):
            if version != __version__:
                has = f"losscli {version}" if version else "no losscli"
                raise ClusterError(
                    f"the worker {worker} has {has}, this is losscli {__version__}",
                    hint="install the same version on every worker",
                )

    @property
    def threads(self) -> int:
        """How many tasks run at a time."""
        return max(1, sum(int(count) for count in self._client.nthreads().values()))

    @property
    def client(self) -> Any:
        """Dask's own client, for what is no plain task."""
        return self._client

    def results(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """The number and the result of every task, as they become ready. What is not ready when the caller
        stops is cancelled. Raises ClusterError."""
        yield from self._collected(
            self._client.map(function, *zip(*tasks, strict=True), pure=False, batch_size=1000)
        )

    def computed(self, graphs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """The number and the result of every Delayed, as they become ready; see `results`."""
        yield from self._collected(self._client.compute(list(graphs)))

    def _collected(self, futures: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        ready: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        try:
            for number, future in enumerate(futures):
                future.add_done_callback(lambda done, number=number: ready.put((number, done)))
            for _ in futures:
                number, future = self._next(ready)
                yield number, self._result(future)
        finally:
            for future in futures:
                future.release()  # Dask forgets what nobody waits for

    def _next(self, ready: queue.SimpleQueue[tuple[int, Any]]) -> tuple[int, Any]:
        while True:
            try:
                found = ready.get(timeout=POLL)
            except queue.Empty:
                self._see_alive()
            else:
                self._alone = None
                return found

    def _see_alive(self) -> None:
        """Told while nothing is ready. Raises ClusterError when nothing more can become ready."""
        if self._client.status != "running":
            raise ClusterError("the scheduler went away", hint="run again when it is back")
        if self._client.scheduler_info(n_workers=-1)["workers"]:
            self._alone = None
            return
        self._alone = self._alone or monotonic()
        if monotonic() - self._alone > ALONE:
            raise ClusterError(
                f"all workers are gone, and none came for {ALONE:.0f} seconds",
                hint="the result would be the same with any number of workers: run again",
            )

    def _result(self, future: Any) -> Any:
        from distributed.scheduler import KilledWorker

        while True:
            if future.status == "cancelled":
                raise ClusterError("the scheduler went away", hint="run again when it is back")
            try:
                return future.result(timeout=CONNECT)
            except KilledWorker as error:
                tries = getattr(error, "allowed_failures", 3) + 1
                raise ClusterError(
                    f"a task killed {counted(tries, 'worker')}, one after the other",
                    hint="did they run out of memory? Smaller parts or more memory help; their logs say more",
                ) from error
            except (self._dask.CancelledError, self._dask.comm.CommClosedError) as error:
                raise ClusterError("the scheduler went away", hint="run again when it is back") from error
            except TimeoutError:
                if future.status == "error":
                    raise  # the task's own
                # The worker that had the result died with it: it is made again, however long that takes.
                self._see_alive()

    def _close(self) -> None:
        try:
            for part in (self._client, self._own):
                if part is not None:
                    part.close(timeout=CONNECT)
        finally:
            if self._folder is not None:
                self._folder.cleanup()
            if self._loop is not None:
                self._loop.stop(timeout=CONNECT)
            self._loggers.restore()


class _Quiet:
    """Keeps Dask's own words about workers that come and go off standard error: what matters is raised."""

    NAMES = ("distributed", "tornado", "asyncio")

    def __init__(self) -> None:
        self._levels = {name: logging.getLogger(name).level for name in self.NAMES}
        for name in self.NAMES:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def restore(self) -> None:
        """Leave the loggers as they were."""
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)


def _loop_deaf_to_interrupts() -> Any:
    """The running loop of a cluster whose processes leave Ctrl-C to us: they end when we do, and say nothing.

    A thread hands its mask of signals down to the processes that it starts, and to those that replace them.
    """
    import signal
    from multiprocessing import resource_tracker

    from distributed.utils import LoopRunner

    warned = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        resource_tracker.ensure_running()  # it would warn of what an interrupted run leaves to it
    finally:
        os.environ.pop("PYTHONWARNINGS")
        if warned is not None:
            os.environ["PYTHONWARNINGS"] = warned
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        runner: Any = LoopRunner(loop=None, asynchronous=False)
        runner.start()
        return runner
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _version_finder() -> Callable[[], str]:
    """A function that needs nothing of losscli on a worker: it travels as it stands."""

    def found() -> str:
        try:
            from losscli import __version__
        except ImportError:
            return ""
        return __version__

    return found


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
