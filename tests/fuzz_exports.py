"""Exports damaged at random, read by `data check` and `score`: never a traceback, a hang or a row that is lost.

    python tests/fuzz_exports.py --files 20000 --seed 1

Every damaged file is made anew from its number: `--only NUMBER --keep FOLDER` leaves one of them in a folder.
"""

from __future__ import annotations

import argparse
import csv
import faulthandler
import gzip
import io
import json
import multiprocessing
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from pathlib import Path

import xlsxwriter
import yaml

from csperf.exports.plain_text import CONVERTED
from csperf.session import Session
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import load_workspace
from formats_at_hand import FIXTURES, Fixture, load_shipped
from small_shop import run_csperf

LONGEST = 30
"""Seconds that one file may take before it counts as hanging; damaged files are small."""
_SPAWN = multiprocessing.get_context("spawn")  # threads of the engine do not survive a fork
SEPARATORS = ",\t;|"
WORDS = ("-", "—", "无", "N/A", "1.03006E+13", "１２", "12,5", "1e308", "-1", "2025-13-45", "03/04/2025", "1900-01-01",
         "=1+1", "'", '"', "\u200b", "\ufeff", "\r", "客服", "9" * 21, "25:61:61", "NaN", "inf", "true")  # fmt: skip


@dataclass(frozen=True)
class Export:
    """A table of text cells with all that says how it is to be written and read."""

    name: str
    table: str
    format: str | None
    said: dict[str, str]
    suffix: str
    text: str
    encoding: str = "utf-8"
    sheet: str | None = None


def _plain_tables() -> list[Export]:
    """csperf's own headers, in several separators and encodings."""
    rows = [["ticket_id", "agent_id", "created_at", "resolved_at", "first_reply_seconds", "reopen_count", "category"]]
    rows += [
        [f"00{n}", f"客服{n % 3}", f"2025-06-{n + 1:02} 10:00:00", f"2025-06-{n + 2:02} 09:30", str(17 * n), str(n % 2),
         ("物流, 快递", 'a "quoted" word', "两行\n内容", "")[n % 4]]
        for n in range(20)
    ]  # fmt: skip
    found = []
    for separator in SEPARATORS:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
        for encoding in ("utf-8", "gb18030", "utf-16"):
            found.append(
                Export(f"tickets {separator!r} {encoding}", "tickets", None, {}, "csv", text.getvalue(), encoding)
            )
    return found


def _from_fixture(fixture: Fixture) -> Export:
    suffix = fixture.file.rpartition(".")[2]
    table = load_shipped(fixture.format).table
    return Export(
        fixture.format, table, fixture.format, fixture.said, suffix, fixture.content, fixture.encoding, fixture.sheet
    )


CORPUS = [*_plain_tables(), *map(_from_fixture, FIXTURES)]


# ── damage ────────────────────────────────────────────────────────────────────────────────────────


def _cut(text: str, luck: random.Random) -> str:
    start = luck.randrange(len(text) + 1)
    return text[:start] + text[start + luck.choice((1, 3, 40, len(text))) :]


def _join_lines(text: str, luck: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        place = luck.randrange(len(lines))
        lines[place] = lines[place].rstrip("\r\n")
    return "".join(lines)


def _move_lines(text: str, luck: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) > 1:
        first, second = luck.randrange(len(lines)), luck.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first]
        if luck.random() < 0.5:
            lines.insert(luck.randrange(len(lines)), luck.choice(lines))
    return "".join(lines)


def _insert(text: str, luck: random.Random) -> str:
    place = luck.randrange(len(text) + 1)
    return text[:place] + luck.choice([*WORDS, ",", "\n", "\t", ";", "\x00", "x" * 70_000]) + text[place:]


def _replace_cell(text: str, luck: random.Random) -> str:
    """A cell, of the header too, becomes another word."""
    separator = max(SEPARATORS, key=text.count)
    lines = text.split("\n")
    place = luck.choice([0, luck.randrange(len(lines))])
    cells = lines[place].split(separator)
    cells[luck.randrange(len(cells))] = luck.choice(WORDS)
    lines[place] = separator.join(cells)
    return "\n".join(lines)


def _change_line_ends(text: str, luck: random.Random) -> str:
    plain = text.replace("\r\n", "\n")
    if luck.random() < 0.5:
        return plain.replace("\n", luck.choice(("\r", "\r\n", "\n\n")))
    return plain.replace("\n", "\r\n", luck.randrange(5))


def _change_separator(text: str, luck: random.Random) -> str:
    return text.replace(max(SEPARATORS, key=text.count), luck.choice(SEPARATORS), luck.choice((1, 7, -1)))


TEXT_DAMAGE: tuple[Callable[[str, random.Random], str], ...] = (
    _cut, _join_lines, _move_lines, _insert, _replace_cell, _replace_cell, _change_line_ends, _change_separator,
)  # fmt: skip


def _damage_bytes(content: bytes, luck: random.Random) -> bytes:
    found = bytearray(content)
    match luck.randrange(4):
        case 0:
            for _ in range(luck.choice((1, 1, 5, 50))):
                if found:
                    found[luck.randrange(len(found))] = luck.randrange(256)
        case 1:
            del found[luck.randrange(len(found) + 1) :]
        case 2:
            place = luck.randrange(len(found) + 1)
            found[place:place] = "另一种编码，和更多内容\n".encode(
                luck.choice(("gb18030", "utf-8", "utf-16-le", "cp932")), "replace"
            )
        case _:
            found[0:0] = luck.choice(
                (b"\xef\xbb\xbf", b"\xff\xfe", b"\x00\x00", b"sep=;\r\n", b"PK\x03\x04", b"\x1f\x8b")
            )
    return bytes(found)


def _write(export: Export, luck: random.Random) -> tuple[str, bytes]:
    """(suffix, content) of the export as a file: as the platform writes it, or in another container or encoding."""
    if export.suffix == "xlsx" and luck.random() < 0.7:
        return "xlsx", _as_workbook(export)
    encoding = export.encoding if luck.random() < 0.8 else luck.choice(("utf-8-sig", "gb18030", "utf-16", "cp1252"))
    content = export.text.encode(encoding, "replace")
    match luck.randrange(12):
        case 0:
            return f"{export.suffix}.gz", gzip.compress(content, mtime=0)
        case 1:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr(zipfile.ZipInfo(f"export.{export.suffix}"), content)
            return "zip", packed.getvalue()
    return export.suffix if export.suffix != "xlsx" else "csv", content


def _as_workbook(export: Export) -> bytes:
    book_bytes = io.BytesIO()
    try:
        rows = list(csv.reader(io.StringIO(export.text, newline="")))
    except csv.Error:
        rows = [[line] for line in export.text.splitlines()]
    with xlsxwriter.Workbook(book_bytes, {"in_memory": True, "strings_to_numbers": True, "strings_to_formulas": False,
                                          "strings_to_urls": False, "nan_inf_to_errors": True}) as book:  # fmt: skip
        page = book.add_worksheet(export.sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row[:50]):
                page.write(number, column, cell[:30_000])
    return book_bytes.getvalue()


def make_damaged(number: int) -> tuple[Export, str, bytes]:
    """The damaged export of a number: (what it was made from, the suffix of its name, its bytes)."""
    luck = random.Random(number)
    export = luck.choice(CORPUS)
    text = export.text
    for _ in range(luck.choice((0, 1, 1, 2, 4))):
        text = luck.choice(TEXT_DAMAGE)(text, luck)
    suffix, content = _write(replace(export, text=text), luck)
    if luck.random() < 0.4:
        content = _damage_bytes(content, luck)
    return export, suffix, content


# ── what csperf makes of it ───────────────────────────────────────────────────────────────────────


def write_shop(folder: Path, number: int) -> Export:
    """A workspace with the damaged file, and a rubric that reads every column of its table; what it was made from."""
    export, suffix, content = make_damaged(number)
    file = folder / f"export 2025-06-01至2025-06-30.{suffix}"
    file.write_bytes(content)
    source = {"files": file.name, "table": export.table, **({"format": export.format} if export.format else {})}
    shop = {"zone": "Asia/Shanghai", "rubric": "every-column.yaml", "sources": {export.table: source | export.said}}
    (folder / "csperf.yaml").write_text(yaml.safe_dump(shop, allow_unicode=True), encoding="utf-8")
    (folder / "every-column.yaml").write_text(yaml.safe_dump(_rubric(export.table)), encoding="utf-8")
    return export


def _rubric(table: str) -> dict[str, object]:
    """A scheme that counts the rows, and takes the mean of each number and the rate of each flag."""
    measures: dict[str, dict[str, object]] = {"row_count": {"count": True}}
    for name, column in compile_table(TABLES[table]).columns.items():
        if column.kind in ("integer", "number", "share", "seconds"):
            measures[f"mean_{name}"] = {"mean": name}
        elif column.kind == "flag":
            measures[f"rate_{name}"] = {"rate": name}
    said = {"title": "-", "definition": "-", "source": "-", "from": table, "better": "higher"}
    weights = [100 // len(measures)] * len(measures)
    weights[0] += 100 - sum(weights)
    indicators = {
        name: {"weight": weight, "target": ">= 1", "score": {"attain": {}}}
        for name, weight in zip(measures, weights, strict=True)
    }
    return {
        "name": "every-column", "version": "1", "title": "Every column",
        "dimensions": {"all": {"weight": 100, "indicators": indicators}},
        "grades": [{"name": "good", "min": 80}, {"name": "fair", "min": 0}],
        "measures": {name: said | measure for name, measure in measures.items()},
    }  # fmt: skip


def find_fault(folder: Path, number: int) -> str | None:
    """What csperf does wrong with the damaged file of a number, made in an empty folder; None where all is well."""
    export = write_shop(folder, number)
    rows = None
    for arguments in (("data", "check", "--format", "json"), ("score", "--year", "2025", "--by", "shop")):
        try:
            run = run_csperf(*arguments, cwd=folder)
        except BaseException as error:  # a panic of a library is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"{arguments[0]}: {type(error).__name__}: {error}"
        if run.code not in (0, 1) or "Traceback" in run.err:
            return f"{arguments[0]}: exit {run.code}: {run.err[-600:]}"
        if run.code == 1 and not run.err.strip():
            return f"{arguments[0]}: exit 1 without a word"
        if not run.out.strip():
            continue
        [source, *_] = json.loads(run.out)["sources"] or [None]
        if source is None:
            continue
        parts = ("accepted",) if arguments[0] == "data" else ("in_period", "outside_period")
        if source["rows"] != sum(source[part] for part in (*parts, "rejected", "duplicates")):
            return f"{arguments[0]}: rows do not add up: {source}"
        counted = source["rows"] + source["left_out"]
        if rows is not None and counted != rows:
            return f"score counts {counted} rows, data check {rows}"
        rows = counted
    records = None if rows is None else _count_records(folder, export)
    return None if records in (None, rows) else f"{rows} rows of {records} records"


def _count_records(folder: Path, export: Export) -> int | None:
    """The records below the header that are not blank, as the standard library reads a text; None for no text."""
    with tempfile.TemporaryDirectory() as workdir:
        [file] = Session(load_workspace(folder), Path(workdir)).open_table(export.table).files
    if file.encoding in CONVERTED or file.original.suffix not in (".csv", ".tsv"):
        return None
    text = file.original.read_bytes().decode(file.encoding, "replace").replace("\r\n", "\n")
    if "\r" in text:
        return None
    below = text.split("\n")[file.layout.skip_lines :]
    records = csv.reader((line + "\n" for line in below), delimiter=file.layout.separator)
    return sum(1 for record in records if any(record))


def _work(numbers: range, faults: Queue[tuple[int, str]], seen: Queue[int]) -> None:
    for number in numbers:
        seen.put(number)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            fault = find_fault(Path(folder), number)
        faulthandler.cancel_dump_traceback_later()
        if fault:
            faults.put((number, fault))


def run_many(first: int, count: int, workers: int) -> list[tuple[int, str]]:
    """(number, fault) of the damaged files that csperf does something wrong with."""
    faults: Queue[tuple[int, str]] = _SPAWN.Queue()
    found: list[tuple[int, str]] = []
    parts = [range(first + worker, first + count, workers) for worker in range(workers)]
    seen: list[Queue[int]] = [_SPAWN.Queue() for _ in parts]
    last = [part.start - workers for part in parts]
    running = [_SPAWN.Process(target=_work, args=(part, faults, seen[n])) for n, part in enumerate(parts)]
    for process in running:
        process.start()
    while any(process is not None for process in running):
        time.sleep(0.2)
        for n, process in enumerate(running):
            while not seen[n].empty():
                last[n] = seen[n].get()
            while not faults.empty():
                found.append(faults.get())
                print(*found[-1], flush=True)
            if process is None or process.is_alive():
                continue
            while not seen[n].empty():
                last[n] = seen[n].get()
            if process.exitcode == 0:
                running[n] = None  # type: ignore[call-overload]
                continue
            found.append((last[n], f"hangs or dies (exit {process.exitcode})"))
            print(*found[-1], flush=True)
            rest = range(last[n] + workers, parts[n].stop, workers)
            running[n] = _SPAWN.Process(target=_work, args=(rest, faults, seen[n]))
            running[n].start()
    while not faults.empty():
        found.append(faults.get())
    return found


def main() -> int:
    """Run many, or leave one in a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="number of the first file, in millions")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", type=int, help="this number alone")
    parser.add_argument("--keep", type=Path, help="the folder for it")
    chosen = parser.parse_args()
    if chosen.only is not None:
        folder = chosen.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
        folder.mkdir(parents=True, exist_ok=True)
        print(folder, find_fault(folder, chosen.only))
        return 0
    began = time.monotonic()
    faults = run_many(chosen.seed * 1_000_000, chosen.files, chosen.workers)
    print(f"{chosen.files} damaged files, {len(faults)} faults, {time.monotonic() - began:.0f} s")
    for kind, count in Counter(fault.split(":")[0] for _, fault in faults).most_common():
        print(f"  {count}  {kind}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
