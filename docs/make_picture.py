"""Draws the README's pictures from what csperf really prints on a terminal.

    python docs/make_picture.py

Runs `csperf score` on the sample shop in a pseudo-terminal (so not on Windows) and writes docs/score.svg
and docs/score.zh-CN.svg.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

HERE = Path(__file__).resolve().parent
COMMAND = ("score", "--month", "2025-06", "-q")
PICTURES = {"score.svg": ("en", 96), "score.zh-CN.svg": ("zh-CN", 96)}
"""File → language and width in cells."""

CELL, LINE, MARGIN = 9, 21, 18
"""Width and height of one cell, and the margin, in pixels."""
COLOURS = {1: "#cf222e", 2: "#1a7f37", 3: "#9a6700"}
"""Of the terminal's red, green and yellow, on a light page."""
PAGE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>
text {{
  font: 15px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "PingFang SC", "Microsoft YaHei",
    "Noto Sans Mono CJK SC", monospace;
  white-space: pre; fill: #24292f;
}}
.bold {{ font-weight: bold }}
.dim {{ fill: #6e7781 }}
.wide {{ font-size: 17.5px }}
</style>
<rect x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="6" fill="#ffffff" stroke="#d0d7de"/>
{texts}
</svg>
"""


def run_on_terminal(lang: str, width: int) -> str:
    """What the command prints on a terminal of that width, colour codes included."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CSPERF_")}
    environment.pop("NO_COLOR", None)
    environment |= {"PYTHONUTF8": "1", "TERM": "xterm-256color", "COLUMNS": str(width)}
    ours, terminal = pty.openpty()
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-m", "csperf", *COMMAND, "--lang", lang]
        process = subprocess.Popen(command, stdout=terminal, stderr=terminal, cwd=empty, env=environment)
        os.close(terminal)
        printed = b""
        with contextlib.suppress(OSError):  # Linux says so that the other side has closed
            while chunk := os.read(ours, 1 << 16):
                printed += chunk
        os.close(ours)
        if process.wait() != 0:
            raise SystemExit(printed.decode())
    return printed.decode().replace("\r\n", "\n")


def draw(printed: str, lang: str, width: int) -> str:
    """The terminal as a picture, the command above its output."""
    command = " ".join(("csperf", *COMMAND, "--lang", lang))
    lines = [f"\x1b[2m$ {command}\x1b[0m", "", *printed.splitlines()]
    texts = [
        f'<text x="{MARGIN + start * CELL}" y="{MARGIN + row * LINE + 15}" '
        f'textLength="{cell_len(text) * CELL}"{attributes(text, style)}>{escape(text)}</text>'
        for row, line in enumerate(lines)
        for start, text, style in split_line(line)
    ]
    whole_width, whole_height = width * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    return PAGE.format(
        width=whole_width, height=whole_height, inner_width=whole_width - 1, inner_height=whole_height - 1,
        texts="\n".join(texts),
    )  # fmt: skip


def split_line(line: str) -> Iterator[tuple[int, str, Style]]:
    """(first cell, text, style) of each piece of a line whose characters are alike in style and width.

    No font has wide characters of just two cells, so each piece is told where it begins and how long it is.
    """
    console = Console(width=10_000, color_system="standard")
    cell = 0
    for segment in Text.from_ansi(line).render(console, end=""):
        for width, characters in groupby(segment.text, cell_len):
            text = "".join(characters)
            for piece in re.finditer(r"\S+(?: \S+)*", text):
                yield cell + piece.start() * width, piece[0], segment.style or Style.null()
            cell += len(text) * width


def attributes(text: str, style: Style) -> str:
    """The style of a piece as SVG attributes."""
    classes = ["wide"] if cell_len(text) > len(text) else []
    classes += [name for name in ("bold", "dim") if getattr(style, name)]
    written = f' class="{" ".join(classes)}"' if classes else ""
    colour = COLOURS.get(style.color.number or 0) if style.color else None
    return written + (f' style="fill: {colour}"' if colour else "")


def main() -> None:
    """Draw every picture anew."""
    for name, (lang, width) in PICTURES.items():
        picture = draw(run_on_terminal(lang, width), lang, width)
        (HERE / name).write_text(picture, encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
