"""Files are written whole or not at all, and nothing else is left in the folder."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from losscli.errors import SourceError, WriteError
from losscli.outputs.files import OutputFile, refuse_overlap, same_file, write_file

ROOT = Path(__file__).resolve().parents[2]
NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_gets_the_mode_of_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_file(str(tmp_path / "r.json"), ["a", "é\n"])
    finally:
        os.umask(before)
    assert (tmp_path / "r.json").read_bytes() == "aé\n".encode()
    assert mode_of(tmp_path / "r.json") == 0o666 & ~umask
    assert names(tmp_path) == ["r.json"]


def test_an_old_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    path.chmod(0o640)
    with OutputFile(str(path)) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert mode_of(path) == 0o640


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failed_run_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def pieces():  # type: ignore[no-untyped-def]
        yield "half"
        raise error

    for target in (path, tmp_path / "new.json", tmp_path / "z.json.gz"):
        with pytest.raises(error):
            write_file(str(target), pieces())
    assert path.read_text() == "old"
    assert names(tmp_path) == ["r.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "r.json"
    target.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to("real/r.json")
    write_file(str(link), ["new"])
    assert link.is_symlink()
    assert target.read_text() == "new"
    dangling = tmp_path / "dangling.json"
    dangling.symlink_to("real/later.json")
    write_file(str(dangling), ["later"])
    assert dangling.is_symlink()
    assert (tmp_path / "real" / "later.json").read_text() == "later"
    assert names(tmp_path / "real") == ["later.json", "r.json"]


def test_compression_is_the_same_every_time(tmp_path: Path) -> None:
    write_file(str(tmp_path / "a.csv.gz"), ["x,y\n"])
    write_file(str(tmp_path / "b.csv.gz"), ["x,y\n"])
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == b"x,y\n"


def refused(path: object) -> WriteError:
    with pytest.raises(WriteError) as found:
        write_file(str(path), ["x"])
    assert found.value.exit_code == 4
    return found.value


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path / "no" / "r.json")
    assert f"{tmp_path}/no/r.json" in error.message
    assert f"mkdir -p {tmp_path}/no" in str(error.hint)
    assert names(tmp_path) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path).message


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "loop", "file/below"])
def test_impossible_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("old")
    refused(f"{tmp_path}/{name}")
    assert names(tmp_path) == ["file", "loop"]


def test_a_long_name_that_fits_is_written(tmp_path: Path) -> None:
    name = "é" * 120 + ".json"
    write_file(str(tmp_path / name), ["x"])
    assert names(tmp_path) == [name]


@NOT_ROOT
def test_permissions_hold(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    path.chmod(0o444)
    assert "permission" in refused(path).message
    assert path.read_text() == "old"
    path.chmod(0o644)
    tmp_path.chmod(0o555)
    try:
        refused(tmp_path / "other.json")
    finally:
        tmp_path.chmod(0o755)
    assert names(tmp_path) == ["r.json"]


def test_permissions_hold_for_an_ordinary_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "permission denied" in refused(path).message
    assert path.read_text() == "old"
    assert names(tmp_path) == ["r.json"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    error = refused(path)
    assert "no space left" in error.message
    assert "unchanged" in str(error.hint)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["r.json"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_devices_are_written_directly(tmp_path: Path) -> None:
    write_file("/dev/null", ["x"])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert "no space left" in refused("/dev/full").message


def write_half(file: OutputFile) -> None:
    with file:
        file.write(b"half")
        raise RuntimeError


def test_a_pipe_gets_everything_or_nothing(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    write_file(str(fifo), ["a" * 100_000, "b"])
    reader.join()
    assert got == [b"a" * 100_000 + b"b"]
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    with pytest.raises(RuntimeError):
        write_half(OutputFile(str(fifo)))
    reader.join()
    assert got[1] == b""
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def run(code: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_standard_output_by_name_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    code = "from losscli.outputs.files import write_file; write_file('/dev/stdout', ['x\\n'])"
    with log.open("ab") as stream:
        assert run(code, stdout=stream).returncode == 0
    assert log.read_text() == "before\nx\n"
    closed = "import os; os.close(9) if os.path.exists('/dev/fd/9') else None\n"
    assert b"descriptor" in run(closed + code.replace("stdout", "fd/9"), capture_output=True).stderr


def test_a_terminated_run_leaves_no_temporary_file(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time\n"
        "from losscli.outputs.files import OutputFile\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        f"with OutputFile({str(tmp_path / 'r.csv')!r}) as file:\n"
        "    file.write(b'half'); print('ready', flush=True); time.sleep(30)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert len(names(tmp_path)) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    process.stdout.close()
    assert names(tmp_path) == []


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("0" * 1000)
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(path.read_text())
            time.sleep(0.0001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(1, 30):
        write_file(str(path), (str(number % 10) for _ in range(1000)))
    done.set()
    watcher.join()
    assert all(len(text) == 1000 and len(set(text)) == 1 for text in seen)
    assert len(seen) > 1


def test_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = tmp_path / "one.csv"
    one.write_text("x")
    (tmp_path / "link.csv").symlink_to("one.csv")
    os.link(one, tmp_path / "hard.csv")
    (tmp_path / "copy.csv").write_text("x")
    monkeypatch.chdir(tmp_path)
    for other in ("one.csv", "./one.csv", "link.csv", "hard.csv", f"../{tmp_path.name}/one.csv"):
        assert same_file(str(one), other), other
    for other in ("copy.csv", "none.csv", "-", "", "a\0b", "s3://x/y", "/dev/null"):
        assert not same_file(str(one), other), other
    assert same_file("new.csv", str(tmp_path / "new.csv"))
    assert not same_file("/dev/null", "/dev/null")


def test_overlaps_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "y.csv"
    data.write_text("y\n1\n")
    refuse_overlap([str(tmp_path / "r.json"), str(tmp_path / "r.csv")], [str(data), "-"])
    with pytest.raises(SourceError, match="also an input") as both:
        refuse_overlap([str(tmp_path / "r.json"), f"{tmp_path}/./y.csv"], ["p.csv", str(data)])
    assert both.value.exit_code == 2
    with pytest.raises(SourceError, match="two outputs"):
        refuse_overlap([str(tmp_path / "r.json"), f"{tmp_path}/./r.json"], [])
