"""The commands that a result names, to be pasted into a shell."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable


def quote_word(text: str) -> str:
    """The text as one word for the shell, as it stands where no shell minds it."""
    if re.fullmatch(r"[\w@%+=:,./][\w@%+=:,./-]*", text):
        return text
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)


def write_flags(flags: Iterable[tuple[str, object]]) -> str:
    """Those of the flags that say something, quoted, as they stand after a command: ` --month 2025-06`."""
    return "".join(f" {flag} {quote_word(str(said))}" for flag, said in flags if said)
