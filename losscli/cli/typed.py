"""A command line that is not finished yet: which argument or option the cursor is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.cli.candidates import Asked


def read(command: Any, name: str, words: Sequence[str], incomplete: str) -> tuple[Asked, Any, bool]:
    """What stands before the cursor, the parameter whose value is being typed (None where it is an option's
    name, or nothing more is taken), and whether `--` ended the options."""
    asked = Asked(name, incomplete)
    waiting: Any = None
    ended = False
    for word in words:
        if waiting is not None:
            asked.options[waiting.name] = word
            waiting = None
        elif word == "--" and not ended:
            ended = True
        elif _is_option(word) and not ended:
            option, equals, value = word.partition("=")
            param = _named(command, option)
            if param is not None and equals:
                asked.options[param.name] = value
            elif param is not None and not param.is_flag:
                waiting = param
        else:
            asked.arguments.append(word)
    if waiting is None and (ended or not _is_option(incomplete)):
        waiting = _argument(command, len(asked.arguments))
    return asked, waiting, ended


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and not word.startswith("-:")


def _named(command: Any, option: str) -> Any:
    options = [param for param in command.params if param.param_type_name == "option"]
    return next((one for one in options if option in (*one.opts, *one.secondary_opts)), None)


def _argument(command: Any, place: int) -> Any:
    """The argument at a place, from 0; the one that takes many takes all further ones."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    for at, param in enumerate(arguments):
        if at == place or param.nargs == -1:
            return param
    return None
