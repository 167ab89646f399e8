"""A source added to csperf.yaml by inserting lines: everything else in it stays as it was written."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from csperf.problems import ProblemsFound
from csperf.yaml_source import YamlPath, YamlSource, parse_yaml

SOURCES = "sources"
Entry = Mapping[str, str]
"""What a source says: files, format, zone …"""


def add_source(text: str, name: str, entry: Entry) -> str | None:
    """csperf.yaml with one more source at the end of its sources, written as its neighbour is.

    None where its shape defeats it, such as sources in braces; the lines are then to be added by hand.
    """
    source = _read(text)
    if source is None or not isinstance(source.data.get(SOURCES), dict) or name in source.data[SOURCES]:
        return None
    lines = text.splitlines(keepends=True)
    last = list(source.data[SOURCES])[-1]
    key, value = source.keys[(SOURCES, last)], source.values[(SOURCES, last)]
    indent = key.column - 1
    if lines[key.line - 1][:indent].strip(" "):
        return None  # the sources stand within a line
    if value.line == key.line:
        columns = {source.values[(SOURCES, other)].column for other in source.data[SOURCES]}
        width = value.column - key.column - 1 if len(columns) == 1 else 0
        added = [f"{name}:".ljust(width) + f" {{{_one_line(entry)}}}"]
    else:
        step = value.column - 1 - indent
        added = [f"{name}:", *(" " * step + f"{one}: {write_scalar(said)}" for one, said in entry.items())]
    at = _end_of(source, lines, indent)
    ending = "\r\n" if "\r\n" in text else "\n"
    if not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += ending
    lines[at:at] = [" " * indent + line + ending for line in added]
    wanted = copy.deepcopy(source.data)
    wanted[SOURCES][name] = dict(entry)
    return _if_it_says("".join(lines), wanted)


def add_file(text: str, name: str, file: str) -> str | None:
    """csperf.yaml with one more of a source's files; None where its shape defeats it, as above."""
    source = _read(text)
    if source is None:
        return None
    path: YamlPath = (SOURCES, name, "files")
    files = source.data[SOURCES][name]["files"]
    wanted = copy.deepcopy(source.data)
    wanted[SOURCES][name]["files"] = [*([files] if isinstance(files, str) else files), file]
    lines = text.splitlines(keepends=True)
    if isinstance(files, str):
        mark = source.values[path]
        line, start, end = lines[mark.line - 1], mark.column - 1, mark.column - 1 + mark.width
        lines[mark.line - 1] = f"{line[:start]}[{line[start:end]}, {write_scalar(file)}]{line[end:]}"
    elif files:
        mark = source.values[(*path, len(files) - 1)]
        line, start, end = lines[mark.line - 1], mark.column - 1, mark.column - 1 + mark.width
        if line[:start].strip() == "-":
            ending = "\r\n" if "\r\n" in text else "\n"
            if not line.endswith(("\n", "\r")):
                lines[mark.line - 1] += ending
            lines.insert(mark.line, line[:start] + write_scalar(file) + ending)
        else:
            lines[mark.line - 1] = f"{line[:end]}, {write_scalar(file)}{line[end:]}"
    return _if_it_says("".join(lines), wanted)


def show_source(name: str, entry: Entry) -> str:
    """The lines of a source, to add by hand."""
    return "\n".join([f"{name}:", *(f"  {key}: {write_scalar(said)}" for key, said in entry.items())])


def write_scalar(text: str) -> str:
    """A text as YAML, quoted where it must be, also inside braces."""
    try:
        plain = parse_yaml(f"{{key: {text}, other: 1}}", "").data == {"key": text, "other": 1}
    except ProblemsFound:
        plain = False
    return text if plain and "*" not in text else json.dumps(text, ensure_ascii=False)


def _one_line(entry: Entry) -> str:
    return ", ".join(f"{key}: {write_scalar(said)}" for key, said in entry.items())


def _end_of(source: YamlSource, lines: list[str], indent: int) -> int:
    """How many lines there are up to and with the last of the sources, without blanks and comments after them."""
    first = source.keys[(SOURCES,)].line
    later = [mark.line for path, mark in source.keys.items() if len(path) == 1 and mark.line > first]
    end = min(later, default=len(lines) + 1) - 1
    while end > first and not _belongs(lines[end - 1], indent):
        end -= 1
    return end


def _belongs(line: str, indent: int) -> bool:
    """Whether a line is part of the sources, rather than a blank or a comment of what follows."""
    content = line.lstrip(" ")
    is_outside = len(line) - len(content) < indent
    return bool(content.strip()) and not (is_outside and content.startswith(("#", "...")))


def _read(text: str) -> YamlSource | None:
    try:
        source = parse_yaml(text, "")
    except ProblemsFound:
        return None
    return source if isinstance(source.data, dict) else None


def _if_it_says(text: str, wanted: Any) -> str | None:
    """The text, if it reads as exactly what was wanted."""
    source = _read(text)
    return text if source is not None and source.data == wanted and list(source.data) == list(wanted) else None
