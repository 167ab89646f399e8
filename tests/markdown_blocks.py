"""The fenced blocks of a Markdown page, and the shell lines in them."""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^( *)```(\w+)(?: +(\S+))?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    word: what stands behind the language, such as the file it is. after: what follows up to the next heading
    or block.
    """

    language: str
    word: str | None
    text: str
    after: str

    def commands(self) -> list[list[str]]:
        """The lines of a shell block as words, comments left out."""
        lines = [shlex.split(line, comments=True) for line in self.text.splitlines()]
        return [line for line in lines if line]


def read_blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = []
    for found in _FENCE.finditer(text):
        after = re.split(r"^ *```|^#", text[found.end() :], maxsplit=1, flags=re.MULTILINE)[0]
        blocks.append(Block(found[2], found[3], textwrap.dedent(found[4]), after))
    return blocks
