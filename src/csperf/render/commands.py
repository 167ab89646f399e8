"""The commands that a result names, to be pasted into a shell."""

from __future__ import annotations

import os
import re
import shlex


def quote_word(text: str) -> str:
    """The text as one word for the shell, as it stands where no shell minds it."""
    if re.fullmatch(r"[\w@%+=:,./][\w@%+=:,./-]*", text):
        return text
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)
