"""`csperf score`: streams, exit codes, formats, filters, variables, files written whole."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import sample_truth as truth
from small_shop import RUBRIC, SAMPLE, SURVEYS, csv_text, run_csperf, write_workspace

JUNE = ("score", "--month", "2025-06")
ROSTER = csv_text(
    ["agent_id", "name", "team", "aliases"],
    [["A1", "Ann", "one", "annie"], ["A2", "Ben", "two", ""], ["A3", "Cleo", "two", ""]],
)
SURVEY = ["survey_id", "agent_id", "responded_at", "rating"]
RATED = csv_text(
    SURVEY,
    [
        ["S1", "A1", "2025-06-03 10:00", 5],
        ["S2", "A2", "2025-06-03 10:00", 2],
        ["S3", "A2", "2025-06-03 10:00", 5],
        ["S4", "A3", "2025-06-03 10:00", 1],
        ["S5", "A3", "2025-06-04 10:00", 1],
    ],
)
DIRTY = SURVEYS + "S9,A1,2025-06-31 10:00,5\nS8,A1,2025-06-03 10:00,9\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "shop", {"surveys": RATED, "roster": ROSTER})


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "dirty", {"surveys": DIRTY})


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# ── streams and exit codes ────────────────────────────────────────────────────────────────────────


def test_results_on_stdout_and_talk_on_stderr(dirty: Path) -> None:
    run = run_csperf(*JUNE, cwd=dirty)
    assert run.code == 0
    assert json.loads(run.out)["schema"] == "csperf/score/v1"
    assert "surveys" in run.err
    assert "2" in run.err
    assert "csperf/score" not in run.err


def test_nothing_is_said_where_all_is_well(shop: Path) -> None:
    assert run_csperf(*JUNE, cwd=shop).err == ""


def test_quiet_says_nothing_and_gives_the_same(dirty: Path) -> None:
    loud, quiet = run_csperf(*JUNE, cwd=dirty), run_csperf(*JUNE, "-q", cwd=dirty)
    assert quiet == type(quiet)(0, loud.out, "")


def test_verbose_gives_every_reason_with_its_rows(dirty: Path) -> None:
    run = run_csperf(*JUNE, "-v", cwd=dirty)
    assert run.code == 0
    assert "[data-bad-time]" in run.err
    assert 'surveys.csv row 5: responded_at="2025-06-31 10:00"' in run.err
    assert "[data-out-of-range]" in run.err


def test_sample_is_scored_where_there_is_no_workspace_and_that_is_said(tmp_path: Path) -> None:
    run = run_csperf(*JUNE, "--format", "csv", "--lang", "en", cwd=tmp_path)
    assert run.code == 0
    assert "sample" in run.err.splitlines()[0]
    assert records(run.out)[0]["agent_id"] == "A001"


def test_workspace_is_found_upward_and_by_flag(shop: Path, tmp_path: Path) -> None:
    inner = shop / "a" / "b"
    inner.mkdir(parents=True)
    below, named = run_csperf(*JUNE, cwd=inner), run_csperf(*JUNE, "-C", shop, cwd=tmp_path)
    assert below.code == named.code == 0
    assert below.out == named.out == run_csperf(*JUNE, cwd=shop).out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["score", "--month", "2025-13"], 2, "2025-13"),
        (["score", "--month", "June"], 2, "not a month"),
        (["score", "--quarter", "2025Q7"], 2, "not a quarter"),
        (["score", "--year", "25"], 2, "not a year"),
        (["score", "--month", "2025-06", "--year", "2025"], 2, "--month and --year"),
        (["score", "--format", "pdf"], 2, "pdf"),
        (["score", "--lang", "fr"], 2, "fr"),
        (["score", "--wrong"], 2, "--wrong"),
        (["score", "stray"], 2, "stray"),
        (["scor"], 2, "scor"),
        (["score", "-o", "x.pdf"], 2, ".xlsx"),
        (["score", "--month", "2019-01"], 1, "[data-nothing-in-period]"),
        (["score", "--month", "2025-06", "--rubric", "none"], 1, "[rubric-unknown]"),
        (["score", "--month", "2025-06", "--agent", "Zed"], 1, "[agent-unknown]"),
        (["score", "--month", "2025-06", "--team", "three"], 1, "[team-unknown]"),
        (["score", "-C", "nowhere"], 1, "[workspace-missing]"),
        ([], 2, "Usage"),
        (["rubric"], 2, "Usage"),
    ],
)
def test_wrong_asking(shop: Path, arguments: list[str], code: int, said: str) -> None:
    run = run_csperf(*arguments, cwd=shop)
    assert (run.code, run.out) == (code, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_version_and_help_go_to_stdout() -> None:
    import csperf

    assert run_csperf("--version") == type(run_csperf("--version"))(0, f"csperf {csperf.__version__}\n", "")
    run = run_csperf("-h")
    assert (run.code, run.err) == (0, "")
    assert all(command in run.out for command in ("score", "explain", "rubric", "data", "init"))


def test_bug_of_ours_is_told_as_one_with_exit_3(shop: Path) -> None:
    with patch("csperf.months.score_period", side_effect=RuntimeError("boom")):
        run = run_csperf(*JUNE, cwd=shop)
        loud = run_csperf(*JUNE, cwd=shop, env={"CSPERF_DEBUG": "1"})
    assert (run.code, run.out) == (3, "")
    assert "bug of ours" in run.err
    assert "RuntimeError: boom" in run.err
    assert "Traceback" not in run.err
    assert "Traceback" in loud.err


def test_interruption_is_130(shop: Path) -> None:
    with patch("csperf.months.score_period", side_effect=KeyboardInterrupt):
        run = run_csperf(*JUNE, cwd=shop)
    assert (run.code, run.out) == (130, "")


def test_closed_pipe_ends_quietly(shop: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with (
        patch("csperf.cli.score.write_result", side_effect=BrokenPipeError),
        patch("csperf.cli.os.dup2") as redirect,
        patch("small_shop._Stream.fileno", return_value=writer),
    ):
        run = run_csperf(*JUNE, cwd=shop)
    os.close(writer)
    assert (run.code, run.out, run.err) == (0, "", "")
    assert redirect.called


# ── strict and rejects ────────────────────────────────────────────────────────────────────────────


def test_strict_makes_rejected_rows_an_error(dirty: Path, shop: Path) -> None:
    run = run_csperf(*JUNE, "--strict", cwd=dirty)
    assert (run.code, run.out) == (1, "")
    assert "[data-out-of-range]" in run.err
    assert run_csperf(*JUNE, "--strict", cwd=shop).code == 0


def test_strict_writes_no_file(dirty: Path) -> None:
    assert run_csperf(*JUNE, "--strict", "-o", "out.csv", cwd=dirty).code == 1
    assert not (dirty / "out.csv").exists()


def test_strict_makes_a_missing_source_and_column_an_error(tmp_path: Path) -> None:
    other = RUBRIC.replace("weight: 100\n        target", "weight: 60\n        target").replace(
        "grades:",
        "      complaint_count:\n        weight: 40\n"
        '        target: "<= 0"\n        score: {deduct: 1, per: 1}\ngrades:',
    )
    folder = write_workspace(tmp_path, {"surveys": SURVEYS}, rubric=other)
    run = run_csperf(*JUNE, cwd=folder)
    assert run.code == 0
    assert "complaints" in run.err
    assert json.loads(run.out)["agents"][0]["indicators"][1]["status"] == "missing"
    strict = run_csperf(*JUNE, "--strict", "-q", cwd=folder)
    assert (strict.code, strict.out) == (1, "")
    assert "complaints" in strict.err


def test_rejects_hold_place_reason_and_the_row(dirty: Path) -> None:
    run = run_csperf(*JUNE, "--rejects", "rejects.csv", cwd=dirty)
    assert run.code == 0
    rows = list(csv.reader(io.StringIO((dirty / "rejects.csv").read_text("utf-8-sig"))))
    places = ["source", "file", "row", "column", "value", "code", "reason"]
    assert rows[0] == [*(f"csperf_{place}" for place in places), "survey_id", "agent_id", "responded_at", "rating"]
    assert rows[1] == [
        "surveys", "surveys.csv", "5", "responded_at", "2025-06-31 10:00", "data-bad-time",
        "not a time in the expected form", "S9", "A1", "2025-06-31 10:00", "5",
    ]  # fmt: skip
    assert rows[2][:6] == ["surveys", "surveys.csv", "6", "rating", "9", "data-out-of-range"]
    assert len(rows) == 3
    assert "rejects.csv" in run.err


def test_rejects_are_written_even_when_strict_fails(dirty: Path) -> None:
    assert run_csperf(*JUNE, "--strict", "--rejects", "rejects.csv", cwd=dirty).code == 1
    assert len((dirty / "rejects.csv").read_text("utf-8-sig").splitlines()) == 3


def test_cells_of_rejects_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS + "S9,=1+1,2025-06-03 10:00,=cmd()\n"})
    assert run_csperf(*JUNE, "--rejects", "r.csv", "-q", cwd=folder).code == 0
    rows = list(csv.reader(io.StringIO((folder / "r.csv").read_text("utf-8-sig"))))
    assert rows[1][4] == "'=cmd()"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


# ── formats ───────────────────────────────────────────────────────────────────────────────────────


def kind_of(content: bytes) -> str:
    if content.startswith(b"PK"):
        return "xlsx"
    text = content.decode("utf-8-sig")
    if text.startswith("{\n"):
        return "json"
    if text.startswith("{"):
        assert all(json.loads(line)["agent_id"] for line in text.splitlines())
        return "ndjson"
    if text.startswith("period,agent_id,name,team,score,grade,rank,coverage,"):
        return "csv"
    if "| ---" in text or "|---" in text or "|--" in text or "| :" in text or "| -" in text:
        return "md"
    return "table"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.json", "json"),
        ("a.ndjson", "ndjson"),
        ("a.jsonl", "ndjson"),
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.md", "md"),
        ("a.markdown", "md"),
        ("a.xlsx", "xlsx"),
        ("a.txt", "table"),
    ],
)
def test_suffix_chooses_the_format(shop: Path, name: str, kind: str) -> None:
    run = run_csperf(*JUNE, "-o", name, cwd=shop, terminal=True)
    assert (run.code, run.out) == (0, "")
    assert name in run.err
    assert kind_of((shop / name).read_bytes()) == kind
    assert "\x1b[" not in run.err


def test_format_wins_over_the_suffix(shop: Path) -> None:
    assert run_csperf(*JUNE, "-o", "a.json", "--format", "csv", cwd=shop).code == 0
    assert kind_of((shop / "a.json").read_bytes()) == "csv"


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "md", "table"])
def test_format_on_a_pipe(shop: Path, form: str) -> None:
    run = run_csperf(*JUNE, "--format", form, cwd=shop)
    assert kind_of(run.out.encode()) == form
    assert not run.out.startswith("\ufeff")
    assert run.out.endswith("\n")
    assert "\x1b[" not in run.out


def test_terminal_gets_a_table_and_a_pipe_json(shop: Path) -> None:
    assert kind_of(run_csperf(*JUNE, cwd=shop, terminal=True).out.encode()) == "table"
    assert kind_of(run_csperf(*JUNE, cwd=shop).out.encode()) == "json"


def test_csv_file_has_a_mark_for_excel(shop: Path) -> None:
    run_csperf(*JUNE, "-o", "a.csv", cwd=shop)
    piped = run_csperf(*JUNE, "--format", "csv", cwd=shop).out
    assert (shop / "a.csv").read_bytes() == b"\xef\xbb\xbf" + piped.encode("utf-8")


@pytest.mark.parametrize(
    ("env", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)],
)
def test_colour_on_terminals_only_and_never_with_no_color(shop: Path, env: dict[str, str], colored: bool) -> None:
    env = {"TERM": "xterm-256color", **env}
    table = run_csperf(*JUNE, cwd=shop, terminal=True, env=env)
    card = run_csperf("explain", "A2", "--month", "2025-06", cwd=shop, terminal=True, env=env)
    assert ("\x1b[" in table.out, "\x1b[" in card.out) == (colored, colored)
    piped = run_csperf(*JUNE, "--format", "table", cwd=shop, env=env)
    assert "\x1b[" not in piped.out


@pytest.mark.parametrize("width", [60, 120])
def test_table_keeps_to_the_width_of_the_terminal(width: int) -> None:
    from csperf.problems import cell_width

    run = run_csperf(*JUNE, "-q", terminal=True, env={"COLUMNS": str(width), "NO_COLOR": "1"})
    assert max(map(cell_width, run.out.splitlines())) <= width


def test_language(shop: Path) -> None:
    english = run_csperf(*JUNE, "--format", "table", cwd=shop)
    chinese = run_csperf(*JUNE, "--format", "table", "--lang", "zh-CN", cwd=shop)
    assert "Score" in english.out
    assert "得分" in chinese.out
    settings = (shop / "csperf.yaml").read_text("utf-8").replace("language: en\n", "")
    (shop / "csperf.yaml").write_text(settings, "utf-8")
    nothing = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}
    for variable in nothing:
        assert (
            run_csperf(*JUNE, "--format", "table", cwd=shop, env={**nothing, variable: "zh_CN.UTF-8"}).out
            == chinese.out
        )
        assert (
            run_csperf(*JUNE, "--format", "table", cwd=shop, env={**nothing, variable: "en_GB.UTF-8"}).out
            == english.out
        )


# ── filters ───────────────────────────────────────────────────────────────────────────────────────


def ranks(out: str) -> dict[str, str]:
    return {row["agent_id"]: row["rank"] for row in records(out)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], {"A1": "1", "A2": "2", "A3": "3"}),
        (["--agent", "A3"], {"A3": "3"}),
        (["--agent", "Cleo", "--agent", "ANNIE"], {"A1": "1", "A3": "3"}),
        (["--agent", "A1", "--agent", "annie"], {"A1": "1"}),
        (["--team", "two"], {"A2": "2", "A3": "3"}),
        (["--team", "two", "--team", "one"], {"A1": "1", "A2": "2", "A3": "3"}),
        (["--team", "two", "--agent", "A3", "--agent", "A1"], {"A3": "3"}),
    ],
)
def test_filters_keep_the_ranks_of_all(shop: Path, filters: list[str], expected: dict[str, str]) -> None:
    run = run_csperf(*JUNE, "--format", "csv", *filters, cwd=shop)
    assert run.code == 0, run.err
    whole = run_csperf(*JUNE, "--format", "csv", cwd=shop).out.splitlines()
    scores = {row["agent_id"]: (float(row["score"]), row["rank"]) for row in records("\n".join(whole))}
    assert ranks(run.out) == expected == {agent: scores[agent][1] for agent in expected}
    assert set(run.out.splitlines()) <= set(whole)


def test_sample_ranks_of_a_team() -> None:
    run = run_csperf(*JUNE, "--format", "csv", "--team", "售后二组", "-q")
    places = truth.expected_ranks("2025-06")
    for row in records(run.out):
        assert row["rank"] == str(places[row["agent_id"]] or "")
    assert len(records(run.out)) == 6


def test_quarter_and_year_and_last(shop: Path) -> None:
    assert (
        json.loads(run_csperf("score", "--quarter", "2025Q2", cwd=shop).out)["period"]["start"]
        == "2025-04-01T00:00:00+08:00"
    )
    year = json.loads(run_csperf("score", "--year", "2025", cwd=shop).out)["period"]
    assert (year["label"], year["end"]) == ("2025", "2026-01-01T00:00:00+08:00")
    with patch("csperf.cli.options.dt") as clock:
        clock.datetime.now.return_value = dt.datetime(2025, 7, 2)
        for arguments in (["score"], ["score", "--month", "last"]):
            assert json.loads(run_csperf(*arguments, cwd=shop).out)["period"]["label"] == "2025-06"


# ── variables ─────────────────────────────────────────────────────────────────────────────────────


def all_options() -> list[tuple[str, Any]]:
    """(command, option) of every flag but --help and --version."""
    import typer.main

    from csperf.cli import app

    found: list[tuple[str, Any]] = []

    def walk(name: str, command: Any) -> None:
        for inner_name, inner in getattr(command, "commands", {}).items():
            walk(f"{name} {inner_name}".strip(), inner)
        for option in command.params:
            if option.param_type_name == "option" and option.name not in ("help", "version"):
                found.append((name, option))

    walk("", typer.main.get_command(app))
    return found


def test_every_flag_has_its_variable() -> None:
    options = all_options()
    assert len(options) > 30
    for command, option in options:
        name = max(option.opts, key=len).removeprefix("--").replace("-", "_").upper()
        assert option.envvar == f"CSPERF_{name}", (command, option.opts)


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (["--month", "2025-06"], {"CSPERF_MONTH": "2025-06"}),
        (["--quarter", "2025Q2"], {"CSPERF_QUARTER": "2025Q2"}),
        (["--year", "2025"], {"CSPERF_YEAR": "2025"}),
        ([*JUNE[1:], "--format", "csv"], {"CSPERF_MONTH": "2025-06", "CSPERF_FORMAT": "csv"}),
        (
            [*JUNE[1:], "--lang", "zh-CN", "--format", "md"],
            {"CSPERF_LANG": "zh-CN", "CSPERF_MONTH": "2025-06", "CSPERF_FORMAT": "md"},
        ),
        ([*JUNE[1:], "--team", "two"], {"CSPERF_MONTH": "2025-06", "CSPERF_TEAM": "two"}),
        ([*JUNE[1:], "--agent", "A1", "--agent", "A3"], {"CSPERF_MONTH": "2025-06", "CSPERF_AGENT": "A1 A3"}),
        ([*JUNE[1:], "--strict"], {"CSPERF_MONTH": "2025-06", "CSPERF_STRICT": "1"}),
        ([*JUNE[1:], "--quiet"], {"CSPERF_MONTH": "2025-06", "CSPERF_QUIET": "true"}),
        ([*JUNE[1:], "--verbose"], {"CSPERF_MONTH": "2025-06", "CSPERF_VERBOSE": "1"}),
        ([*JUNE[1:], "--rubric", "other.yaml"], {"CSPERF_MONTH": "2025-06", "CSPERF_RUBRIC": "other.yaml"}),
    ],
)
def test_variable_does_what_its_flag_does(dirty: Path, flags: list[str], env: dict[str, str]) -> None:
    (dirty / "surveys.csv").write_text(RATED + "S99,A1,2025-06-31 10:00,5\n", "utf-8")
    (dirty / "csperf.yaml").write_text(
        (dirty / "csperf.yaml").read_text("utf-8") + "  roster: {files: roster.csv}\n", "utf-8"
    )
    (dirty / "roster.csv").write_text(ROSTER, "utf-8")
    (dirty / "other.yaml").write_text(RUBRIC.replace("name: small", "name: other"), "utf-8")
    assert run_csperf("score", cwd=dirty, env=env) == run_csperf("score", *flags, cwd=dirty)


def test_variables_for_files_and_workspace(dirty: Path, tmp_path: Path) -> None:
    env = {
        "CSPERF_WORKSPACE": str(dirty),
        "CSPERF_OUTPUT": str(tmp_path / "o.csv"),
        "CSPERF_REJECTS": str(tmp_path / "r.csv"),
    }
    run = run_csperf(*JUNE, cwd=tmp_path, env=env)
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "o.csv").is_file()
    assert (tmp_path / "r.csv").is_file()
    again = run_csperf(*JUNE, "-o", tmp_path / "flag.csv", cwd=tmp_path, env=env)
    assert again.code == 0
    assert (tmp_path / "flag.csv").read_bytes() == (tmp_path / "o.csv").read_bytes()


# ── whole or not at all ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device", "out.csv"), KeyboardInterrupt()])
def test_file_is_written_whole_or_not_at_all(shop: Path, step: str, error: BaseException) -> None:
    target = shop / "out.csv"
    target.write_text("last month's", "utf-8")
    before = sorted(path.name for path in shop.iterdir())
    with patch.object(os, step, side_effect=error):
        run = run_csperf(*JUNE, "-o", "out.csv", cwd=shop)
    assert run.code == (1 if isinstance(error, OSError) else 130)
    assert run.out == ""
    assert target.read_text("utf-8") == "last month's"
    assert sorted(path.name for path in shop.iterdir()) == before


def test_failure_while_rendering_leaves_the_old_file(shop: Path) -> None:
    target = shop / "out.xlsx"
    target.write_bytes(b"old")
    with patch("csperf.render.render_score", side_effect=RuntimeError("boom")):
        assert run_csperf(*JUNE, "-o", "out.xlsx", cwd=shop).code == 3
    assert target.read_bytes() == b"old"
    assert not [path for path in shop.iterdir() if path.name.startswith(".")]


def test_no_folder_to_write_to_is_said_with_the_name_that_was_given(shop: Path) -> None:
    run = run_csperf(*JUNE, "-o", "missing/out.csv", cwd=shop)
    assert (run.code, run.out) == (1, "")
    assert "missing" in run.err
    assert ".out.csv." not in run.err
    assert not (shop / "missing").exists()


def test_written_file_can_be_read_by_others(shop: Path) -> None:
    run_csperf(*JUNE, "-o", "out.csv", cwd=shop)
    plain = shop / "plain.txt"
    plain.write_text("x")
    assert (shop / "out.csv").stat().st_mode == plain.stat().st_mode


def test_inputs_are_never_changed(tmp_path: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in SAMPLE.rglob("*") if path.is_file()}
    assert run_csperf(*JUNE, "-q", "-o", tmp_path / "a.json").code == 0
    assert run_csperf("data", "check", "-q").code == 0
    after = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in SAMPLE.rglob("*") if path.is_file()}
    assert before == after


def test_no_temporary_files_are_left(shop: Path, tmp_path: Path) -> None:
    import tempfile

    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (shop / "surveys.csv").write_bytes(RATED.replace("A1", "安娜").encode("gbk"))
    with patch.object(tempfile, "tempdir", str(temporary)):
        assert run_csperf(*JUNE, cwd=shop).code == 0
        assert run_csperf("score", "--month", "2019-01", cwd=shop).code == 1
    assert list(temporary.iterdir()) == []


# ── private by default ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["json", "csv", "md", "ndjson", "table"])
def test_what_the_rubric_does_not_need_never_reaches_the_output(tmp_path: Path, form: str) -> None:
    rows = [["S1", "A1", "2025-06-03 10:00", 5, "Mrs Secret", "secret@example.com"]]
    folder = write_workspace(tmp_path, {"surveys": csv_text([*SURVEY, "customer", "category"], rows)})
    run = run_csperf(*JUNE, "--format", form, "-v", cwd=folder)
    assert run.code == 0
    assert "ecret" not in run.out + run.err
