"""The one place that makes exit codes: every way a run can end becomes a code and lines on standard
error."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Sequence
from contextlib import suppress

from losscli import __version__
from losscli.errors import LosscliError, UsageError, WriteError
from losscli.records import NamedTuple

OK = 0
BUG = 70
CLOSED_PIPE = 141
SIGNAL_BASE = 128


class Failure(NamedTuple):
    """A run without a result: what is told about it, the error's code, the exit code."""

    lines: Sequence[str]
    code: str
    exit_code: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    from losscli.cli.streams import Terminated, catch_signals, leave

    gc.disable()  # what imports make stays anyway; looking for garbage in it takes a tenth of a start
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        catch_signals()
        code = run(words)
    except Terminated as received:
        code = SIGNAL_BASE + received.number
        _stopped(words, received.number, code)
    leave(code)


def _stopped(words: Sequence[str], number: int, code: int) -> None:
    """Leave no JUnit file of another run where a check is stopped. A second signal ends this at once."""
    if words[:1] != ["check"]:
        return
    with suppress(Exception):
        from losscli.cli.failures import write_documents

        write_documents(words, [f"stopped by signal {number} before there was a verdict"], "stopped", code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code. Prints results to standard output and everything else to
    standard error."""
    from losscli.cli.streams import Terminated, open_missing

    stdout_usable = open_missing()
    words = list(arguments)
    try:
        if not stdout_usable:
            raise WriteError("standard output is closed", hint="send it somewhere, for example > result.txt")
        code = _answer(words)
        _flush_stdout()
    except Terminated:
        raise
    except KeyboardInterrupt:
        return SIGNAL_BASE + 2
    except BrokenPipeError:
        return CLOSED_PIPE
    except SystemExit as leaving:  # only the shell completion of typer leaves this way
        return _completion_code(leaving)
    except BaseException as problem:
        return _failed(problem, words)
    return code


def _completion_code(leaving: SystemExit) -> int:
    if isinstance(leaving.__context__, BrokenPipeError):
        return CLOSED_PIPE
    return OK if leaving.code in (None, 0) else UsageError.exit_code


def _answer(words: list[str]) -> int:
    if words == ["--version"]:
        sys.stdout.write(f"losscli {__version__}\n")
        return OK
    from losscli.cli.app import call

    return call(words)


def _flush_stdout() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise WriteError(f"standard output cannot be written: {problem.strerror}") from problem


def _failed(problem: BaseException, words: Sequence[str]) -> int:
    from losscli.cli.streams import tell

    debug = "--debug" in words
    if debug:
        import traceback

        tell("".join(traceback.format_exception(problem)).splitlines())
    if isinstance(problem, LosscliError):
        failure = Failure(problem.lines(), problem.code, problem.exit_code)
    elif isinstance(problem, OSError):
        failure = Failure(_storage_lines(problem), WriteError.code, WriteError.exit_code)
    else:
        failure = Failure(_bug_lines(problem, debug=debug), LosscliError.code, BUG)
    tell(failure.lines)
    if words[:1] == ["check"]:
        return _no_verdict(problem, failure, words)
    return failure.exit_code


def _no_verdict(problem: BaseException, failure: Failure, words: Sequence[str]) -> int:
    """Tell those who read no exit code that there is no verdict; the exit code."""
    from losscli.cli.streams import tell

    try:
        from losscli.cli.failures import annotated, write_documents

        tell(annotated(problem, failure.lines, words))
        tell(write_documents(words, *failure))
    except Exception as second:  # a traceback would end in the exit code of a requirement that is not met
        tell(_bug_lines(second, debug="--debug" in words))
        return BUG
    return failure.exit_code


def _storage_lines(problem: OSError) -> list[str]:
    reason = problem.strerror or str(problem)
    if problem.errno == errno.ENOSPC:
        reason = "no space is left on the device"
    where = f"{problem.filename}: " if problem.filename else ""
    return [f"{where}error[E400]: reading or writing failed: {reason}"]


def _bug_lines(problem: BaseException, *, debug: bool) -> list[str]:
    said = " ".join(str(problem).split())
    lines = [
        f"error[E000]: a bug in losscli {__version__}, not in your data: {type(problem).__name__}: {said}"
    ]
    if debug:
        return [*lines, "hint: please report it with the traceback above and the command that you typed"]
    return [*lines, "hint: please report it: run the same command with --debug and send what it prints"]
