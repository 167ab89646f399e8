"""Files as people have them, through the whole command: the same scores, or a clear message."""

import codecs
import csv
import gzip
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make_error_inputs import make_workbook, make_zip
from small_shop import Run, run_csperf, write_workspace

RUBRIC = """\
name: demo
version: "1"
title: Demo
dimensions:
  service:
    weight: 100
    indicators:
      handling: {weight: 60, target: "<= 60 s", score: {deduct: 2, per: 10 s, step: completed}}
      ticket_count: {weight: 40, target: ">= 4", score: {deduct: 5, per: 1}}
grades:
  - {name: good, min: 80}
  - {name: fair, min: 0}
measures:
  handling:
    title: Handling
    definition: Mean handling time.
    source: example
    from: tickets
    mean: handling_seconds
    unit: s
    better: lower
"""
HEADER = ["ticket_id", "agent_id", "created_at", "handling_seconds", "category"]
ROWS = [
    [
        f"{n:05}",
        f"客服{n % 3}",
        f"2025-06-{n + 1:02} 10:00:00",
        str(20 + 7 * n),
        ("delivery", "late, broken", "")[n % 3],
    ]
    for n in range(12)
]
SCORE = ("score", "--month", "2025-06", "--format", "csv")
CHECK = ("data", "check", "--format", "json")


def text_of(rows: list[list[str]], separator: str = ",", end: str = "\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


PLAIN = text_of([HEADER, *ROWS])
FULL = text_of([HEADER, *([*row, "", ""] for row in ROWS)])
SHAPES: dict[str, bytes] = {
    "BOM and CRLF": codecs.BOM_UTF8 + PLAIN.replace("\n", "\r\n").encode(),
    "CR": PLAIN.replace("\n", "\r").encode(),
    "mixed line ends": PLAIN.replace("\n", "\r\n", 5).encode(),
    "no last line end": PLAIN.rstrip("\n").encode(),
    "GBK": PLAIN.encode("gbk"),
    "UTF-16 with tabs": text_of([HEADER, *ROWS], "\t", "\r\n").encode("utf-16"),
    "UTF-16 big-endian": codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
    "semicolons": text_of([HEADER, *ROWS], ";").encode(),
    "sep= for Excel": b"sep=;\r\n" + text_of([HEADER, *ROWS], ";", "\r\n").encode(),
    "all cells quoted": "".join(",".join(f'"{c}"' for c in row) + "\n" for row in [HEADER, *ROWS]).encode(),
    "spaces around cells": "".join(" , ".join(row[:4]) + "\n" for row in [HEADER, *ROWS]).encode(),
    "blank lines": ("\n\n" + PLAIN.replace("\n", "\n\n") + "\n,,,,\n").encode(),
    "preamble": ('"Tickets\nof June",\rmade by hand\n,,\n' + PLAIN).encode(),
    "empty cells beyond the header": FULL.encode(),
    "columns in another order": text_of([row[::-1] for row in [HEADER, *ROWS]]).encode(),
    "other headers twice": text_of([[*HEADER, "note", "note"], *([*row, "a", "b"] for row in ROWS)]).encode(),
    "header in capitals": PLAIN.replace("ticket_id", " Ticket_ID").encode(),
    "exact repeats": (PLAIN + text_of(ROWS[3:5])).encode(),
    "gzip": gzip.compress(PLAIN.encode("gbk")),
    "zip": make_zip({"六月.csv": PLAIN.encode("gbk")}),
    "zip of Excel": make_zip({"六月.xlsx": make_workbook({"June": [HEADER, *ROWS]})}),
    "Excel": make_workbook({"June": [[], HEADER, *ROWS]}),
    "Excel with empty sheets": make_workbook({"Sheet1": [], "June": [["June"], HEADER, *ROWS], "Sheet3": []}),
    "JSON": json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]).encode(),
    "JSON lines": "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in ROWS).encode("utf-16"),
}


def run(folder: Path, content: bytes, *command: str) -> Run:
    write_workspace(folder, {"tickets": content}, RUBRIC)
    return run_csperf(*command, cwd=folder)


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> str:
    found = run(tmp_path_factory.mktemp("plain"), PLAIN.encode(), *SCORE)
    assert (found.code, found.err) == (0, "")
    return found.out


@pytest.mark.parametrize("shape", SHAPES)
def test_shape_of_a_file_changes_no_score(tmp_path: Path, scores: str, shape: str) -> None:
    found = run(tmp_path, SHAPES[shape], *SCORE)
    assert (found.code, found.err) == (0, "")
    assert found.out == scores


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "data-empty"),
        (b"\n \n", "data-empty"),
        (codecs.BOM_UTF8, "data-empty"),
        (gzip.compress(b""), "data-empty"),
        (random.Random(7).randbytes(4000), "data-not-text"),
        (bytes(random.Random(7).choices(range(1, 256), k=4000)), "data-not-text"),
        (PLAIN.encode().replace(b"00003", b"0\x003"), "data-not-text"),
        (PLAIN.encode("utf-16-le"), "data-not-text"),
        (b"<!doctype html><title>Sign in</title>", "data-not-text"),
        (PLAIN.encode("utf-16") + b"x", "data-encoding"),
        (gzip.compress(PLAIN.encode())[:60], "data-truncated"),
        (b"\x1f\x8b", "data-truncated"),
        (SHAPES["Excel"][:3000], "data-excel"),
        (b"name,score\n1,2\n", "data-missing-column"),
        (b"ticket_id\n1\n", "data-missing-column"),
    ],
)
def test_what_is_no_table_is_said_by_every_command(tmp_path: Path, content: bytes, code: str) -> None:
    commands = [SCORE, CHECK] if code == "data-missing-column" else [SCORE, CHECK, ("data", "inspect", "tickets.csv")]
    for command in commands:
        found = run(tmp_path, content, *command)
        assert (found.code, found.out) == (1, "")
        assert re.match(rf"tickets\.csv: error: .* \[{code}]\n", found.err)


def test_table_without_rows_has_nothing_to_score(tmp_path: Path) -> None:
    found = run(tmp_path, text_of([HEADER]).encode(), *SCORE)
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("error: no rows in 2025-06 [data-nothing-in-period]\n")
    assert run(tmp_path, text_of([HEADER]).encode(), *CHECK).code == 0


@pytest.mark.parametrize("where", ["csv", "excel"])
def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path, where: str) -> None:
    bad = ["00099", "客服1", "2025-06-02 10:00:00", "long", ""]
    lines = [
        ["Tickets\nof June"],
        [],
        HEADER,
        ROWS[0],
        ["00050", "客服1", "2025-06-02", "9", "two\nlines"],
        [],
        bad,
    ]
    content = text_of(lines).encode() if where == "csv" else make_workbook({"June": lines})
    found = run(tmp_path, content, *CHECK)
    assert 'tickets.csv row 7: handling_seconds="long"' in found.err


def test_rows_with_too_many_or_too_few_cells_are_counted(tmp_path: Path) -> None:
    rows = [HEADER, ROWS[0], [*ROWS[1], "more"], ROWS[2][:3], ROWS[3][:2], ROWS[4][:1]]
    found = run(tmp_path, text_of(rows).encode(), *CHECK)
    assert counts_of(found) == (5, 2, 3, 0)
    assert re.findall(r"row (\d+)", found.err) == ["3", "5", "6"]


# ── wrong usage ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("score --month 2025-13", 2, "is not a month"),
        ("score --month 2025-06 --quarter 2025Q2", 2, "choose one of --month and --quarter"),
        ("score --monht 2025-06", 2, "--month"),
        ("scroe", 2, "score"),
        ("score --format doc", 2, "doc"),
        ("score --month 2025-06 -o scores.doc", 2, "scores.doc"),
        ("score --month 2025-06 -o none/scores.csv", 1, "none: error: there is no such folder [file-error]"),
        ("score --month 2025-06 --rejects none/rejects.csv", 1, "[file-error]"),
        ("score --month 2025-06 --agent 客服9", 1, "[agent-unknown]"),
        ("score --month 2025-06 --team north", 1, "[team-unknown]"),
        ("score --month 2025-06 --rubric none", 1, "[rubric-unknown]"),
        ("score --month 2025-06 -C none", 1, "[workspace-missing]"),
        ("score --month 2024-01", 1, "choose a month that the files hold, such as --month 2025-06"),
        ("explain 客服1 --month 2025-06 --indicator none", 1, "[indicator-unknown]"),
        ("explain 客服1 --month 2025-06 --rows", 2, "--indicator"),
        ("data inspect none.csv", 1, "[file-unreadable]"),
        ("data inspect .", 1, "[data-is-folder]"),
        ("rubric validate none.yaml", 1, "[file-unreadable]"),
    ],
)
def test_wrong_usage_is_said(tmp_path: Path, arguments: str, code: int, said: str) -> None:
    found = run(tmp_path, PLAIN.encode(), *arguments.split())
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert "Traceback" not in found.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csperf.yaml", "rubric.yaml", "tickets.csv"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("[]", 'source "tickets" names no file'),
        ("''", "data-is-folder"),
        ("'~nobody-of-this-name/x.csv'", "data-no-files"),
        ("'[tickets.csv'", "data-no-files"),
        ('"t\\0"', "data-no-files"),
        ("[tickets.csv, ./tickets.csv, '*.csv']", None),
    ],
)
def test_file_patterns(tmp_path: Path, files: str, said: str | None) -> None:
    write_workspace(tmp_path, {"tickets": PLAIN}, RUBRIC)
    config = tmp_path / "csperf.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("tickets.csv", files), encoding="utf-8")
    found = run_csperf(*CHECK, cwd=tmp_path)
    if said:
        assert found.code == 1
        assert said in found.err
    else:
        assert counts_of(found) == (12, 12, 0, 0)


# ── damaged at random ────────────────────────────────────────────────────────────────────────────

CELLS = [c for row in ROWS for c in row] + [
    '"',
    '5" pipe',
    "1e400",
    "nan",
    "-1",
    "2025-06-31",
    "\u2028",
    "=1+1",
    "\x1b[31m",
]


def flip(data: bytes, random: random.Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def cut(data: bytes, random: random.Random) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randrange(1, 60) :]


def join_lines(data: bytes, random: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join(lines[:at]) + random.choice([b"", b"\r", b","]) + b"\n".join(lines[at:])


def repeat(data: bytes, random: random.Random) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join([*lines, random.choice(lines)])


def replace_cell(data: bytes, random: random.Random) -> bytes:
    return data.replace(random.choice(CELLS).encode() or b",", random.choice(CELLS).encode(), 1)


def rename_header(data: bytes, random: random.Random) -> bytes:
    return data.replace(random.choice(HEADER).encode(), random.choice([*HEADER, "", "其他"]).encode(), 1)


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    flip,
    cut,
    join_lines,
    repeat,
    replace_cell,
    rename_header,
]


@given(
    st.sampled_from(["BOM and CRLF", "GBK", "UTF-16 with tabs", "all cells quoted", "preamble", "gzip", "Excel"]),
    st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_damage_never_ends_in_a_bug(
    tmp_path_factory: pytest.TempPathFactory,
    shape: str,
    damages: list[Callable[[bytes, random.Random], bytes]],
    random: random.Random,
) -> None:
    content = SHAPES[shape]
    for damage in damages:
        content = damage(content, random) or b"x"
    folder = tmp_path_factory.mktemp("damaged")
    scored = run(folder, content, *SCORE)
    checked = run_csperf(*CHECK, cwd=folder)
    inspected = run_csperf("data", "inspect", "tickets.csv", cwd=folder)
    for found in (scored, checked, inspected):
        assert found.code in (0, 1), found.err
        assert "Traceback" not in found.err
        assert found.code == 0 or " error: " in f" {found.err}"
    if checked.code == 0:
        rows, accepted, rejected, duplicates = counts_of(checked)
        assert rows == accepted + rejected + duplicates


@given(
    st.lists(st.lists(st.text('ab1,"\n', max_size=5), max_size=6), max_size=9),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=40, deadline=None)
def test_every_row_of_a_regular_file_is_counted(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str
) -> None:
    text = text_of([HEADER, *rows, ROWS[0]], end=end)
    found = run(tmp_path_factory.mktemp("rows"), text.encode(), *CHECK)
    assert counts_of(found)[0] == 1 + sum(any(row) for row in rows)


def counts_of(found: Run) -> tuple[int, int, int, int]:
    """rows, accepted, rejected, duplicates of the only source."""
    assert found.code == 0, found.err
    source = json.loads(found.out)["sources"][0]
    return source["rows"], source["accepted"], source["rejected"], source["duplicates"]
