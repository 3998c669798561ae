"""Completion in bash, zsh and fish: the scripts that a shell loads, and the answers to what they ask.

A script calls `losscli -- ...` with `_LOSSCLI_COMPLETE=words_SHELL`. It passes the words as they would reach
the program, the one at the cursor last. Bash cuts words at `:` and `=` (COMP_WORDBREAKS) and replaces the
last piece only; so its script passes the pieces with the line they stand in, they are joined here, and the
answer leaves out what stands before the last cut. Nothing is ever printed but candidates.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

VARIABLE: Final = "_LOSSCLI_COMPLETE"
"""As app.py has it; nothing is imported from there, which imports this."""
START: Final = "words_"

BASH: Final = """
_losscli_completion() {
    local word words=( "${COMP_WORDS[@]:0:COMP_CWORD+1}" )
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=( "$word" )
    done < <(_LOSSCLI_COMPLETE=words_bash _LOSSCLI_LINE="${COMP_LINE:0:COMP_POINT}" \\
        _LOSSCLI_BREAKS="$COMP_WORDBREAKS" "$1" -- "${words[@]}" 2>/dev/null)
}
complete -o nospace -F _losscli_completion losscli
"""
ZSH: Final = """
#compdef losscli
_losscli_completion() {
    local -a found complete open
    found=("${(@f)$(_LOSSCLI_COMPLETE=words_zsh "${words[1]}" -- "${(@Q)words[2,$((CURRENT - 1))]}" \\
        "${(Q)PREFIX}" 2>/dev/null)}")
    complete=("${(@M)found:#* }")
    open=("${(@)found:#* }")
    compadd -- "${(@)complete%%%% }"
    compadd -S '' -- "${(@)open:#}"
}
compdef _losscli_completion losscli
"""
FISH: Final = """
function __losscli_completion
    set -l typed (commandline -opc)
    set -l last (commandline -ct)
    set last (string unescape -- $last; or printf '%%s\n' $last)
    _LOSSCLI_COMPLETE=words_fish $typed[1] -- $typed[2..-1] "$last" 2>/dev/null
end
complete --command losscli --no-files --arguments "(__losscli_completion)"
"""


def use_scripts() -> None:
    """Have typer show and install these scripts instead of its own, which know no colons."""
    from typer import _completion_shared as shared

    shared._completion_scripts |= {"bash": BASH, "zsh": ZSH, "fish": FISH}


def asked(environment: Mapping[str, str]) -> bool:
    """Whether one of our scripts asks for candidates."""
    return environment.get(VARIABLE, "").startswith(START)


def answer(group: Any, words: Sequence[str]) -> str:
    """The candidates, a line each; none where anything is wrong. `words` come from the script behind `--`;
    `group` is the parser's record of the program."""
    shell = os.environ[VARIABLE].removeprefix(START)
    given = [*words[1:]] or [""]
    try:
        if shell != "bash":
            found = _found(group, given)
            found = [one.rstrip(" ") for one in found] if shell == "fish" else found
        else:
            found = _for_bash(group, given)
    except Exception:  # a traceback between the candidates helps nobody
        return ""
    return "".join(f"{one}\n" for one in found)


def _found(group: Any, words: Sequence[str]) -> list[str]:
    """The candidates for the last word."""
    from losscli.cli.candidates import candidates

    *before, incomplete = words
    names = group.list_commands(None)
    if not before:
        options = ("--help ", "--version ", "--install-completion ", "--show-completion ")
        known = options if incomplete.startswith("-") else tuple(f"{name} " for name in names)
        return [one for one in known if one.startswith(incomplete)]
    command = group.get_command(None, before[0])
    return [] if command is None else candidates(command, before[0], before[1:], incomplete)


# --- bash ------------------------------------------------------------------------------------------


def _for_bash(group: Any, pieces: Sequence[str]) -> list[str]:
    """The candidates as bash takes them: quoted, without what it keeps of the word."""
    breaks = os.environ.get("_LOSSCLI_BREAKS", "")
    typed = joined(pieces[1:], os.environ.get("_LOSSCLI_LINE", ""))
    words = [unquoted(word) for word in typed]
    last = typed[-1]
    cut, is_open = _last_cut(last, breaks)
    kept = len(unquoted(last[:cut]))
    found = [one[kept:] for one in _found(group, words)]
    return [one.rstrip(" ") for one in found] if is_open else list(map(_quoted, found))


def joined(pieces: Sequence[str], line: str) -> list[str]:
    """The words that bash cut into pieces: those without a blank between them in the line are one."""
    rest = line
    last = pieces[-1] if pieces else ""
    while last and not rest.endswith(last):  # the cursor is within the word
        last = last[:-1]
    rest = rest.removesuffix(last)
    words = [last]
    for piece in reversed(pieces[:-1]):
        bare = rest.rstrip(" \t\n")
        if not bare.endswith(piece):
            break
        if len(bare) == len(rest):
            words[0] = piece + words[0]
        else:
            words.insert(0, piece)
        rest = bare[: len(bare) - len(piece)]
    return words


def _last_cut(word: str, breaks: str) -> tuple[int, bool]:
    """How much of a word bash leaves as it is: all up to its last cut, none of which is within quotes; or up
    to a quote that is still open, and whether there is one."""
    cut, quote, skip = 0, "", False
    for place, sign in enumerate(word):
        if skip:
            skip = False
        elif sign == "\\" and quote != "'":
            skip = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote, cut = sign, place + 1 if word.find(sign, place + 1) < 0 else cut
        elif sign in breaks:
            cut = place + (sign != "@")
    return cut, bool(quote)


def unquoted(word: str) -> str:
    """A word as the program would get it, also where a quote is still open.

    >>> unquoted("a\\\\ b.csv"), unquoted("'a b'.csv"), unquoted("'a b")
    ('a b.csv', 'a b.csv', 'a b')
    """
    found, quote, skip = "", "", False
    for sign in word:
        if skip:
            found, skip = found + sign, False
        elif sign == "\\" and quote != "'":
            skip = True
        elif sign == quote:
            quote = ""
        elif sign in "'\"" and not quote:
            quote = sign
        else:
            found += sign
    return found


def _quoted(word: str) -> str:
    """A candidate with backslashes where a shell needs them; a blank at its end is no part of it."""
    bare = word.removesuffix(" ")
    return re.sub(r"([^\w@%+=:,./~^-])", r"\\\1", bare) + word[len(bare) :]
