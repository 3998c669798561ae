"""`ROLE=SOURCE`: which input of a loss a source names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from losscli.errors import SourceError


def split_role(text: Any, roles: Sequence[str], spec: str) -> tuple[str | None, Any]:
    """The role that a source names, None where it names none, and the source without it. Raises
    SourceError."""
    if not isinstance(text, str) or "=" not in text or os.path.exists(text):
        return None, text
    role, _, rest = text.partition("=")
    if role in roles:
        return role, rest
    if role.isidentifier() and (rest.startswith((":", "-")) or os.path.exists(rest.partition(":")[0])):
        raise SourceError(
            f"{spec} has no input {role!r}; it takes {', '.join(roles)}",
            hint=f"for example {roles[0]}={rest}",
        )
    return None, text
