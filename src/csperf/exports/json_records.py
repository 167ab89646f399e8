"""Records in a JSON file → a UTF-8 CSV file with one row for each."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from csperf.exports.encoding import open_bytes, read_bytes
from csperf.problems import Location, Problem, ProblemsFound, nearest

EVERY_NAME = "*"
"""In a path: every name of the object there; in a record: the header under which that name stands."""
_START = re.compile(r"\ufeff?\s*(?:\[\s*[{\]]|\{\s*[\"}])")
_SPACE = re.compile(r"\s*")


def looks_like_json(start: str) -> bool:
    """Whether a text begins as JSON objects or a list of them do."""
    return bool(_START.match(start))


def write_csv_from_json(path: Path, shown: str, encoding: str, records: str | None, target: Path) -> None:
    """Write the records as CSV: the header in row 1, then a row for each record.

    records: the dotted path to their list, `*` standing for every name at its place; absent, the file is the
    list itself, one record, or one on each line, or holds a single list of records. Nested keys become `a.b.c`,
    plain lists are joined by `;`, true and false stay words, null is empty, numbers stay as they are written.
    Raises ProblemsFound.
    """
    with open_bytes(path) as file:
        text = read_bytes(file, -1, shown).decode(encoding).removeprefix("\ufeff")
    try:
        documents = list(_parse_documents(text))
        keys = records.split(".") if records else _find_list(documents[0], shown) if len(documents) == 1 else []
        found = [record for document in documents for record in _find_records(document, keys, shown)]
        rows = [_flatten(record) for record in found]
    except json.JSONDecodeError as error:
        message = f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        raise ProblemsFound([_problem(shown, message, "export it again; the file is damaged or cut")]) from error
    except RecursionError as error:
        message = "this JSON is nested too deeply for a table"
        raise ProblemsFound([_problem(shown, message, "export it as CSV")]) from error
    headers = list(dict.fromkeys(name for row in rows for name in row))
    # A lone half of a surrogate pair, which JSON can hold, has no UTF-8.
    with target.open("w", encoding="utf-8", errors="replace", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        if headers:
            writer.writerow(headers)
        for row in rows:
            writer.writerow([row.get(name, "") for name in headers])


def _parse_documents(text: str) -> Iterator[Any]:
    """What the text holds, one JSON value after another; numbers as they are written."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
    at = _end_of_space(text, 0)
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        at = _end_of_space(text, at)


def _end_of_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found
    return found.end()


def _find_list(document: Any, shown: str) -> list[str]:
    """Where the records are in a file that holds one JSON value: in its only list of records, or it is one."""
    if not isinstance(document, dict):
        return []
    lists = [key for key, value in document.items() if _holds_records(value)]
    if len(lists) > 1:
        hint = f"say which in the format file: records: {lists[0]}"
        raise ProblemsFound([_problem(shown, f"there are several lists of records: {', '.join(lists)}", hint)])
    return lists


def _find_records(document: Any, keys: Sequence[str], shown: str) -> list[dict[str, Any]]:
    found = []
    for record, outer in _walk(document, keys, None, shown):
        if not isinstance(record, dict):
            message = f"a record is no object of names and values: {_shorten(record)}"
            raise ProblemsFound([_problem(shown, message, "name the list of records in the format file: records: …")])
        found.append({**(outer or {}), **record})
    return found


def _walk(
    value: Any, keys: Sequence[str], outer: dict[str, Any] | None, shown: str
) -> Iterator[tuple[Any, dict[str, Any] | None]]:
    """Each record at the path `keys`, with the plain values of the records that it is part of, if it is part of one."""
    if isinstance(value, list):
        for item in value:
            holds_records = bool(keys) and isinstance(item, dict)
            plain = {name: cell for name, cell in item.items() if _is_plain(cell)} if holds_records else {}
            yield from _walk(item, keys, {**(outer or {}), **plain}, shown)
    elif not keys:
        yield value, outer
    elif isinstance(value, dict) and keys[0] == EVERY_NAME:
        for name, inner in value.items():
            if inner is not None:
                yield from _walk(inner, keys[1:], {**(outer or {}), EVERY_NAME: name}, shown)
    elif isinstance(value, dict) and keys[0] in value:
        yield from _walk(value[keys[0]], keys[1:], outer, shown)
    elif outer is None:
        names = list(value) if isinstance(value, dict) else []
        guess = nearest(keys[0], names)
        hint = f'did you mean "{guess}"?' if guess else f"there are: {', '.join(names) or 'no names'}"
        raise ProblemsFound([_problem(shown, f'no "{keys[0]}" on the path to the records', hint)])


def _is_plain(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _flatten(record: dict[str, Any], prefix: str = "") -> dict[str, str]:
    cells: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells |= _flatten(value, f"{prefix}{key}.")
        else:
            cells[prefix + key] = _write_cell(value)
    return cells


def _write_cell(value: Any) -> str:
    """A value as a cell; a list of lists or objects stays JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if any(isinstance(item, list | dict) for item in value):
            return json.dumps(value, ensure_ascii=False)
        return ";".join(map(_write_cell, value))
    return str(value)


def _shorten(value: Any) -> str:
    cell = _write_cell(value)
    return cell if len(cell) <= 40 else cell[:39] + "…"


def _problem(shown: str, message: str, hint: str) -> Problem:
    return Problem("data-json", message, Location(shown), hint=hint)
