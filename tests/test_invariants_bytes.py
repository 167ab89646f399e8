"""Same input, same bytes: whatever the order of rows, the files, their encoding, the threads, the locale."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import sample_truth as truth
from csperf.cli.opening import open_session
from csperf.period import parse_month
from csperf.pipeline import load_scheme, score_period
from csperf.render.csv import render_csv
from csperf.render.json import render_json
from small_shop import CHINA, SAMPLE, run_csperf

MONTH = "2025-06"
SOURCES = Path(__file__).parents[1] / "src"
Lines = list[list[str]]
Change = Callable[[Lines], list[Lines]]
"""The rows of one file → the rows of the files that stand in its place."""
Pack = Callable[[str], bytes]


def utf8(text: str) -> bytes:
    return text.encode("utf-8")


def gbk(text: str) -> bytes:
    return text.encode("gbk")


def with_mark_and_crlf(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode("utf-8")


def utf16(text: str) -> bytes:
    return text.encode("utf-16")


def packed(text: str) -> bytes:
    return gzip.compress(text.encode("utf-8"), mtime=0)


def unchanged(rows: Lines) -> list[Lines]:
    return [rows]


def shuffled(seed: int) -> Change:
    def change(rows: Lines) -> list[Lines]:
        return [random.Random(seed).sample(rows, len(rows))]

    return change


def split(rows: Lines) -> list[Lines]:
    """Five files of unequal size, one of them without rows."""
    cuts = [0, 1, len(rows) // 3, len(rows) // 3, len(rows) - 2, len(rows)]
    return [rows[start:end] for start, end in pairwise(cuts)]


def split_and_shuffled(rows: Lines) -> list[Lines]:
    return split(shuffled(5)(rows)[0])[::-1]


@cache
def files() -> dict[str, tuple[str, Lines, Lines, Lines]]:
    """source → (its files as csperf.yaml names them, lines above, rows of all its files, lines below)."""
    found: dict[str, tuple[str, Lines, Lines, Lines]] = {}
    for name in ("tickets", "surveys", "events", "exams", "qa_reviews", "worktime", "roster"):
        folder = SAMPLE if name == "roster" else SAMPLE / "exports"
        head: Lines = []
        rows: Lines = []
        for path in sorted(folder.glob(f"{name}*")):
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            lines = list(csv.reader(io.StringIO(text.decode("gbk" if name == "surveys" else "utf-8-sig"))))
            head, rows = lines[:1], rows + lines[1:]
        found[name] = (f"exports/{name}", head, rows, [])
    complaints = truth.read_xlsx("exports/complaints-2025q2.xlsx")
    found["complaints"] = (
        "exports/complaints",
        [list(complaints[0])],
        [list(row.values()) for row in complaints],
        [],
    )
    return found


def write_shop(folder: Path, change: Change, pack: Pack) -> Path:
    """The sample's workspace with every file rewritten as CSV, without the daily report."""
    shutil.copytree(SAMPLE / "formats", folder / "formats")
    (folder / "exports").mkdir()
    formats = {"surveys": ", format: formats/surveys.yaml", "complaints": ", format: formats/complaints.yaml"}
    lines = []
    for name, (path, head, rows, tail) in files().items():
        for number, part in enumerate(change(rows)):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows([*head, *part, *tail])
            (folder / f"{path}-{number}.csv").write_bytes(pack(text.getvalue()))
        lines.append(f'  {name}: {{files: "{path}-*.csv"{formats.get(name, "")}}}\n')
    settings = "zone: Asia/Shanghai\nrubric: aftersales-60-20-20\n"
    (folder / "csperf.yaml").write_text(f"{settings}sources:\n{''.join(lines)}", encoding="utf-8")
    return folder


def without_files(text: str) -> Any:
    document = json.loads(text)
    for source in document["sources"]:
        del source["files"]
    return document


def run_both(folder: Path) -> tuple[str, Any]:
    """(the CSV, the JSON without the names and hashes of files)."""
    with open_session(folder, None, quiet=True) as (session, language):
        period = parse_month(MONTH, CHINA, dt.date.today())
        table = score_period(session, load_scheme(session.workspace), period, with_hashes=True).table
        return render_csv(table), without_files(render_json(table, language))


@cache
def expected() -> tuple[str, Any]:
    return run_both(SAMPLE)


@pytest.mark.parametrize(
    ("change", "pack"),
    [
        (unchanged, with_mark_and_crlf),
        (unchanged, utf16),
        (shuffled(1), utf8),
        (shuffled(2), gbk),
        (split, utf8),
        (split_and_shuffled, packed),
    ],
    ids=["bom-crlf", "utf-16", "shuffled", "shuffled-gbk", "split", "split-shuffled-gz"],
)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, change: Change, pack: Pack) -> None:
    found_csv, found_json = run_both(write_shop(tmp_path / "shop", change, pack))
    assert found_csv == expected()[0]
    assert found_json == expected()[1]


SCRIPT = """
import sys
import zipfile
from csperf.cli import main
from csperf.engines import polars_engine
polars_engine.SMALL_BYTES = int(sys.argv[1])
for form in ("csv", "json"):
    target = f"{sys.argv[3]}.{form}"
    assert main(["score", "-C", sys.argv[2], "--month", "2025-06", "--format", form, "-o", target]) == 0
"""
SURROUNDINGS: dict[str, Mapping[str, str]] = {
    "one-thread": {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "America/New_York"},
    "two-threads": {
        "POLARS_MAX_THREADS": "2",
        "PYTHONHASHSEED": "2",
        "LANG": "zh_CN.UTF-8",
        "TZ": "Pacific/Auckland",
    },
    "three-threads": {
        "POLARS_MAX_THREADS": "3",
        "PYTHONHASHSEED": "3",
        "LANG": "de_DE.UTF-8",
        "PYTHONUTF8": "0",
    },
}


def test_the_same_bytes_in_other_surroundings(tmp_path: Path) -> None:
    running = []
    for number, (name, changes) in enumerate(SURROUNDINGS.items()):
        env = {
            key: value for key, value in os.environ.items() if not key.startswith(("CSPERF_", "POLARS_", "LC_", "LANG"))
        }
        # The second one reads as if every source were large.
        command = [
            sys.executable,
            "-c",
            SCRIPT,
            str(0 if number == 1 else 1 << 25),
            str(SAMPLE),
            str(tmp_path / name),
        ]
        running.append(
            subprocess.Popen(command, env={**env, "PYTHONPATH": str(SOURCES), **changes}, stderr=subprocess.PIPE)
        )
    for process in running:
        _, err = process.communicate(timeout=100)
        assert process.returncode == 0, err.decode()
    csvs = {(tmp_path / f"{name}.csv").read_bytes() for name in SURROUNDINGS}
    jsons = {(tmp_path / f"{name}.json").read_bytes() for name in SURROUNDINGS}
    assert csvs == {codecs.BOM_UTF8 + expected()[0].encode("utf-8")}
    assert len(jsons) == 1
    assert without_files(jsons.pop().decode("utf-8")) == expected()[1]


def test_workbook_does_not_tell_when_or_where_it_was_written(tmp_path: Path) -> None:
    contents = []
    for path, zone in ((tmp_path / "a.xlsx", "UTC"), (tmp_path / "b.xlsx", "America/New_York")):
        assert run_csperf("score", "--month", MONTH, "-q", "-o", path, env={"TZ": zone}).code == 0
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(io.BytesIO(contents[0])) as book:
        parts = [book.read(name) for name in book.namelist()]
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
    told = [str(SAMPLE), str(tmp_path), f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H}"]
    assert not [word for word in told for part in parts if word.encode() in part]
