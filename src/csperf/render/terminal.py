"""Text for a terminal: grids that fit by leaving out whole columns, and lines that break between words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

GAP = 2

# A word, or one wide character, each with the punctuation that must not begin a line.
_PIECE = re.compile(r"\s*(?:[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\S)[，。；：、！？）】》」』％]*")


@dataclass(frozen=True)
class Column:
    """One column of a grid. Columns of importance 0 always stand; of the others, smaller numbers come first.

    `heading` is one text per line; `styles` colours cells, one rich style per row.
    """

    name: str
    heading: tuple[str, ...]
    cells: Sequence[str]
    importance: int = 0
    right: bool = False
    styles: Sequence[str] = ()

    @property
    def width(self) -> int:
        """Cells that the column takes so that nothing in it is cut."""
        return max(cell_len(text) for text in (*self.heading, *self.cells, ""))


def fit_columns(columns: Sequence[Column], width: int) -> tuple[list[Column], list[Column]]:
    """(columns that fit `width` cells side by side, columns left out), both in the order given.

    Of equally important columns a later one never stands without the earlier ones.
    """
    chosen: set[int] = set()
    room = width + GAP
    missed = 0
    for index in sorted(range(len(columns)), key=lambda index: columns[index].importance):
        needed = columns[index].width + GAP
        importance = columns[index].importance
        if importance == 0 or (needed <= room and importance != missed):
            chosen.add(index)
            room -= needed
        else:
            missed = importance
    shown = [column for index, column in enumerate(columns) if index in chosen]
    return shown, [column for index, column in enumerate(columns) if index not in chosen]


def build_grid(columns: Sequence[Column]) -> Table:
    """A grid of the columns as they are, with a rule under the headings."""
    lines = max(len(column.heading) for column in columns)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in columns:
        heading = ("",) * (lines - len(column.heading)) + column.heading
        grid.add_column(
            Text("\n".join(heading)),
            justify="right" if column.right else "left",
            no_wrap=True,
            width=column.width,
        )
    for row in range(len(columns[0].cells)):
        grid.add_row(
            *(Text(column.cells[row], style=column.styles[row] if column.styles else "") for column in columns)
        )
    return grid


def break_heading(title: str) -> tuple[str, ...]:
    """A title on one line, or on two where that is narrower; it only breaks between words."""
    words = title.split()
    breaks = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min([(title,), *breaks], key=lambda lines: (max(map(cell_len, lines)), len(lines)))


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words or wide characters; a longer word stays whole."""
    return fill(_PIECE.findall(text), width)


def fill(pieces: Iterable[str], width: int) -> list[str]:
    """Lines of at most `width` cells, broken only between the pieces; the blanks of a break are dropped."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def indent(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Wrapped lines with `first` before the first one and `rest` (by default blanks) before the others."""
    rest = " " * cell_len(first) if rest is None else rest
    lines = wrap(text, max(width - max(cell_len(first), cell_len(rest)), 1))
    return [(first if number == 0 else rest) + line for number, line in enumerate(lines)]


def clean(text: str) -> str:
    """Text of a data file on one line, without the characters that steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def print_text(parts: Sequence[RenderableType], color: bool) -> str:
    """What a terminal would show, line by line, without trailing blanks; nothing is cut or wrapped here."""
    buffer = io.StringIO()
    # A wide console: the width was dealt with before. The environment must not change a result's bytes.
    console = Console(
        file=buffer,
        width=10_000,
        height=100,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str | Text))
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().removesuffix("\n").split("\n"))
