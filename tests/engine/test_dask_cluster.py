"""--engine dask with a real scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("distributed", reason="the extra losscli[dask] is not installed")
psutil = pytest.importorskip("psutil")


ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "DASK_DISTRIBUTED__WORKER__MEMORY__REBALANCE__MEASURE": "optimistic",
    "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s",
}


def losscli(*words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "losscli", *words]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout)


class Running:
    """A scheduler and its workers, each a process of its own, and the pids of those that compute."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.folder = folder
        quiet = ["--no-dashboard"]
        self.started = [self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), *quiet)]
        for _ in range(2):
            places = ["--local-directory", str(folder), *quiet]
            self.started.append(self._start("worker", self.address, "--nthreads", "1", *places))

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words]
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log, cwd=self.folder)

    def workers(self) -> list[int]:
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            return sorted(client.run(os.getpid).values())

    def stop(self) -> None:
        for process in reversed(self.started):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.started):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(name="cluster", scope="module")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("dask"))
    try:
        running.workers()
        yield running
    finally:
        running.stop()


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve parts of y and p, 60 MB together: more than one task."""
    folder = tmp_path_factory.mktemp("data")
    draw = np.random.default_rng(4)
    (folder / "y").mkdir()
    (folder / "p").mkdir()
    for part in range(12):
        rows = 300_000
        labels, shares = draw.integers(0, 2, rows), draw.integers(1, 1_000_000, rows)
        (folder / "y" / f"{part:02d}.csv").write_text("y\n" + "\n".join(map(str, labels)) + "\n")
        (folder / "p" / f"{part:02d}.csv").write_text(
            "p\n" + "\n".join(f"0.{one:06d}" for one in shares) + "\n"
        )
    return folder


@pytest.fixture(name="keyed", scope="module")
def _keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Part files whose rows come in other orders."""
    folder = tmp_path_factory.mktemp("keyed")
    draw = np.random.default_rng(6)
    (folder / "y").mkdir()
    (folder / "p").mkdir()
    rows, parts = 600_000, 12
    values = {"y": draw.integers(0, 2, rows), "p": draw.integers(1, 1000, rows) / 1000}
    for name, order in (("y", np.arange(rows)), ("p", draw.permutation(rows))):
        for part, some in enumerate(np.array_split(order, parts)):
            lines = [f"u{row},{values[name][row]}" for row in some.tolist()]
            (folder / name / f"{part:02d}.csv").write_text("\n".join([f"id,{name}", *lines]) + "\n")
    return folder


def call(folder: Path, *more: str) -> tuple[str, ...]:
    return ("compute", "bce,mae", str(folder / "y"), str(folder / "p"), "-f", "json", *more)


def test_two_workers_give_the_same_bytes(cluster: Running, folder: Path) -> None:
    here = losscli(*call(folder))
    there = losscli(*call(folder, "--engine", "dask", "--scheduler", cluster.address))
    assert (there.returncode, there.stderr) == (0, here.stderr)
    assert there.stdout == here.stdout
    assert json.loads(here.stdout)["rows"]["scored"] == 3_600_000


def test_two_workers_join_by_key(cluster: Running, keyed: Path) -> None:
    words = call(keyed, "--id", "id")
    here, there = losscli(*words), losscli(*words, "--engine", "dask", "--scheduler", cluster.address)
    assert (there.returncode, there.stderr) == (0, here.stderr)
    assert there.stdout == here.stdout


@pytest.mark.parametrize("by", ["position", "key"])
def test_a_worker_that_is_killed_changes_nothing(
    cluster: Running, folder: Path, keyed: Path, by: str
) -> None:
    local = call(folder) if by == "position" else call(keyed, "--id", "id")
    words = (*local, "--engine", "dask", "--scheduler", cluster.address)
    pids = cluster.workers()
    command = [sys.executable, "-m", "losscli", *words]
    running = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    busy = _wait_until_busy(cluster, running)
    os.kill(busy, signal.SIGKILL)
    told, complaints = running.communicate(timeout=120)
    here = losscli(*local)
    assert (running.returncode, complaints) == (0, here.stderr)
    assert told == here.stdout
    assert busy in pids
    assert cluster.workers() != pids


def _wait_until_busy(cluster: Running, running: subprocess.Popen[str]) -> int:
    """The pid of a worker that is at a task."""
    from distributed import Client

    with Client(cluster.address, timeout=60, set_as_default=False) as client:
        while running.poll() is None:
            at = {worker: names for worker, names in client.processing().items() if names}
            if len(at) == 2:
                return int(client.run(os.getpid, workers=[min(at)])[min(at)])
            time.sleep(0.01)
    raise AssertionError("the run ended before a worker was seen at work")


def test_errors_of_the_data_come_back(cluster: Running, folder: Path, tmp_path: Path) -> None:
    for name in ("y", "p"):
        (tmp_path / name).mkdir()
        for part in sorted((folder / name).iterdir())[:3]:
            (tmp_path / name / part.name).symlink_to(part)
    bad = tmp_path / "p" / "03.csv"
    bad.write_text("p\n0.5\nx\n7y\n")
    (tmp_path / "y" / "03.csv").write_text("y\n1\n0\n1\n")
    here = losscli(*call(tmp_path))
    there = losscli(*call(tmp_path, "--engine", "dask", "--scheduler", cluster.address))
    assert here.returncode == 3
    assert f"{bad}:3:1: error[E210]" in here.stderr
    assert (there.returncode, there.stdout, there.stderr) == (3, "", here.stderr)


def test_a_scheduler_that_cannot_be_reached(folder: Path) -> None:
    before = time.monotonic()
    found = losscli(*call(folder, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"))
    assert found.returncode == 4
    assert found.stderr.startswith("error[E410]: the scheduler at tcp://127.0.0.1:9 cannot be reached")
    assert len(found.stderr.splitlines()) == 2
    assert time.monotonic() - before < 60


def test_a_task_that_kills_its_workers(tmp_path: Path) -> None:
    script = tmp_path / "killing.py"
    script.write_text(
        "import os\n"
        "from losscli.engine.cluster.connect import Cluster\n"
        "def kill(number):\n"
        "    os._exit(1)\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        with Cluster(None, 2) as cluster:\n"
        "            print(list(cluster.results(kill, [(1,)])))\n"
        "    except Exception as error:\n"
        "        print(error.exit_code, error.lines()[0])\n"
    )
    found = subprocess.run([sys.executable, str(script)], env=ENVIRONMENT, capture_output=True, text=True)
    assert found.stdout == "4 error[E410]: a task killed 4 workers, one after the other\n"
    assert found.stderr == ""


def test_a_cluster_of_its_own_and_ctrl_c(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "TMPDIR", str(tmp_path))
    words = call(folder, "--engine", "dask", "--jobs", "2")
    here = losscli(*call(folder))
    assert losscli(*words).stdout == here.stdout
    command = [sys.executable, "-m", "losscli", *words]
    running = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    children: list[int] = []
    while len(children) < 3 and running.poll() is None:
        children = [child.pid for child in psutil.Process(running.pid).children(recursive=True)]
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    told, complaints = running.communicate(timeout=60)
    assert (running.returncode, told, complaints) == (130, "", "")
    deadline = time.monotonic() + 20
    while any(_alive(child) for child in children):
        assert time.monotonic() < deadline, "a worker outlived the run"
        time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []


def _alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
