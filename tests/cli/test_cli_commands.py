"""`csperf explain`, `rubric`, `data`, `init`: what each prints, where, and with which exit code."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import sample_truth as truth
from small_shop import RUBRIC, SAMPLE, SURVEYS, run_csperf, run_sample, write_workspace

CONFIGS = Path(__file__).parents[2] / "configs"
JUNE = ("score", "--month", "2025-06", "-q", "--format", "json", "--lang", "en")
A003 = ("explain", "A003", "--month", "2025-06", "-q", "--lang", "en")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "shop", {"surveys": SURVEYS})


# ── explain ───────────────────────────────────────────────────────────────────────────────────────


def rows_behind(agent_id: str, indicator: str) -> list[dict[str, str]]:
    run = run_sample(
        "explain", agent_id, "--month", "2025-06", "-q", "--lang", "en", "--indicator", indicator, "--rows"
    )
    found: list[dict[str, str]] = json.loads(run.out)["rows"]
    return found


def surveys_of(agent_id: str) -> list[dict[str, str]]:
    start, end = truth.bounds("2025-06")
    rows = [row for row in truth.surveys().rows if row["who"] == agent_id]
    return [row for row in rows if (moment := truth.when(row["评价时间"])) and start <= moment < end]


def test_rows_that_cost_points_come_first() -> None:
    rows = rows_behind("A003", "csat")
    missed = sorted(row["评价编号"] for row in surveys_of("A003") if truth.RATINGS[row["满意度"]] in (1, 2, 3))
    assert len(missed) == 6
    hit = [row for row in rows if row["counted"] == "hit"]
    assert (len(hit), len(rows)) == (44, len(surveys_of("A003")))
    listed = run_csperf(*A003, "--indicator", "csat", "--rows", "--format", "table")
    ids = [word for line in listed.out.splitlines() for word in line.split() if word.startswith("PJ")]
    assert sorted(ids[:6]) == missed
    assert len(ids) == len(rows)
    assert sorted(row["survey_id"] for row in rows if row["counted"] == "miss") == missed


def test_hits_come_first_where_lower_is_better() -> None:
    asked = ["explain", "shop", "--by", "shop", "--month", "2025-06", "--rubric", "amazon-satisfaction-60-40", "-q"]
    asked += ["--lang", "en", "--indicator", "order_defect_rate", "--rows", "--format"]
    counted = [row["counted"] for row in json.loads(run_sample(*asked, "json").out)["rows"]]
    lines = run_sample(*asked, "table").out.partition("─\n")[2].splitlines()[: len(counted)]
    said = [line.split()[-1] for line in lines]
    assert 0 < counted.count("hit") < counted.count("miss")
    assert said[: counted.count("hit")] == ["against"] * counted.count("hit")
    assert said[-counted.count("miss") :] == ["fine"] * counted.count("miss")


def test_a_target_says_which_rows_count_against_where_the_measure_does_not(tmp_path: Path) -> None:
    measures = """\
measures:
  angry:
    title: Angry
    definition: Ratings of 2 or less.
    source: test
    from: surveys
    rate: "rating <= 2"
"""
    rubric = RUBRIC.replace("csat:", "angry:").replace('">= 90%"', '"<= 10%"').replace("grades:", measures + "grades:")
    folder = write_workspace(tmp_path / "shop", {"surveys": SURVEYS}, rubric)
    asked = ("explain", "A1", "--month", "2025-06", "--indicator", "angry", "--rows", "--format", "table", "-q")
    lines = run_csperf(*asked, cwd=folder).out.partition("─\n")[2].splitlines()
    assert [line.split()[-1] for line in lines] == ["against", "fine"]


def test_rows_name_file_and_row_of_the_spreadsheet() -> None:
    rows = rows_behind("A003", "csat")
    lines = (SAMPLE / "exports/surveys-2025q2.csv").read_bytes().decode("gbk").splitlines()
    for row in rows:
        assert row["file"] == "exports/surveys-2025q2.csv"
        assert lines[int(row["row"]) - 1].startswith(row["survey_id"] + ",")


@pytest.mark.parametrize(
    ("agent_id", "indicator"),
    [
        ("A003", "timely_resolution"),
        ("A003", "complaint_success"),
        ("A010", "complaint_success"),
        ("A006", "exam_score"),
        ("A008", "attitude_complaints"),
        ("A007", "exam_score"),
    ],
)
def test_rows_come_to_the_figures_on_the_card(agent_id: str, indicator: str) -> None:
    rows = rows_behind(agent_id, indicator)
    value = truth.expected_values("2025-06")[agent_id][indicator]
    hits, misses = (sum(row["counted"] == word for row in rows) for word in ("hit", "miss"))
    if isinstance(value, int):
        assert (hits, misses) == (value, 0)
    elif value is None:
        assert rows == []
    elif indicator in ("exam_score", "problem_solving"):
        assert hits == value[1]
    else:
        assert [hits, hits + misses] == list(value)


def test_no_customer_and_no_text_stands_in_the_rows() -> None:
    for row in rows_behind("A003", "complaint_success"):
        assert set(row) == {"table", "kind", "file", "row", "complaint_id", "opened_at", "outcome", "counted"}


def test_explained_json_is_the_agent_of_the_score_with_steps() -> None:
    scored = json.loads(run_sample(*JUNE).out, parse_float=Decimal)
    told = json.loads(run_sample(*A003).out, parse_float=Decimal)["agent"]
    for line in told["indicators"]:
        assert line.pop("steps")
    assert told == next(agent for agent in scored["agents"] if agent["agent_id"] == "A003")


@pytest.mark.parametrize("name", ["张伟", "ZHANGWEI@shop.example"])
def test_agent_is_found_by_every_name(name: str) -> None:
    assert run_csperf("explain", name, *A003[2:]).out == run_sample(*A003).out


def test_one_indicator_alone() -> None:
    lines = json.loads(run_csperf(*A003, "--indicator", "csat").out)["agent"]["indicators"]
    assert [line["name"] for line in lines] == ["csat"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["A003", "--rows"], 2, "--indicator"),
        (["A003", "--indicator", "csta"], 1, 'did you mean "csat"'),
        (["A0003"], 1, 'did you mean "A003"'),
        ([], 2, "Missing argument"),
        (["A003", "-o", "card.xlsx"], 2, ".json"),
    ],
)
def test_wrong_asking_for_a_card(arguments: list[str], code: int, said: str) -> None:
    run = run_csperf("explain", *arguments, "--month", "2025-06", "-q")
    assert (run.code, run.out) == (code, "")
    assert said in run.err


def test_card_is_written_whole_to_a_file(tmp_path: Path) -> None:
    loud = [word for word in A003 if word != "-q"]
    run = run_csperf(*loud, "-o", tmp_path / "card.json")
    assert (run.code, run.out) == (0, "")
    assert "card.json" in run.err
    assert (tmp_path / "card.json").read_text("utf-8") == run_sample(*A003).out
    text = run_csperf(*A003, "-o", tmp_path / "card.txt", terminal=True)
    assert (text.code, text.out, text.err) == (0, "", "")
    assert "\x1b[" not in (tmp_path / "card.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (["--indicator", "csat"], {"CSPERF_INDICATOR": "csat"}),
        (["--indicator", "csat", "--rows"], {"CSPERF_INDICATOR": "csat", "CSPERF_ROWS": "1"}),
        (["--format", "table", "--lang", "zh-CN"], {"CSPERF_FORMAT": "table", "CSPERF_LANG": "zh-CN"}),
    ],
)
def test_variables_of_explain(shop: Path, flags: list[str], env: dict[str, str]) -> None:
    asked = ("explain", "A1", "--month", "2025-06")
    plain, flagged = run_csperf(*asked, cwd=shop), run_csperf(*asked, *flags, cwd=shop)
    assert run_csperf(*asked, cwd=shop, env=env) == flagged
    assert flagged != plain or flags == ["--indicator", "csat"]


# ── rubric ────────────────────────────────────────────────────────────────────────────────────────


def test_validate_is_silent_where_all_is_well(shop: Path) -> None:
    for arguments in (["rubric", "validate"], ["rubric", "validate", "rubric.yaml"]):
        run = run_csperf(*arguments, cwd=shop)
        assert (run.code, run.out, run.err) == (0, "", "")


def test_validate_says_what_was_checked(shop: Path) -> None:
    run = run_csperf("rubric", "validate", "rubric.yaml", "-v", cwd=shop)
    assert (run.code, run.out) == (0, "")
    assert "rubric.yaml" in run.err
    assert "measures" in run.err


def test_validate_finds_every_mistake_of_every_file(shop: Path) -> None:
    (shop / "a.yaml").write_text(RUBRIC.replace("weight: 100\n        target", "wieght: 100\n        target"), "utf-8")
    (shop / "b.yaml").write_text(RUBRIC.replace("csat:", "csta:").replace("min: 60", "min: 160"), "utf-8")
    run = run_csperf("rubric", "validate", "a.yaml", "b.yaml", "rubric.yaml", cwd=shop)
    assert (run.code, run.out) == (1, "")
    assert run.err.count("a.yaml:") >= 1
    assert run.err.count("b.yaml:") >= 2
    assert 'did you mean "weight"' in run.err
    assert not [line for line in run.err.splitlines() if line.startswith("rubric.yaml:")]


def test_validate_reads_no_data(shop: Path) -> None:
    (shop / "surveys.csv").unlink()
    assert run_csperf("rubric", "validate", "rubric.yaml", cwd=shop).code == 0


def test_show_says_the_scheme_in_each_format(shop: Path, tmp_path: Path) -> None:
    markdown = run_csperf("rubric", "show", cwd=shop)
    assert markdown.out.startswith("# Small\n")
    assert (markdown.code, markdown.err) == (0, "")
    table = run_csperf("rubric", "show", cwd=shop, terminal=True)
    assert "Small" in table.out
    assert not table.out.startswith("# ")
    data = json.loads(run_csperf("rubric", "show", "--format", "json", cwd=shop).out)
    assert "csat" in json.dumps(data)
    run = run_csperf("rubric", "show", "-o", tmp_path / "s.md", cwd=shop)
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "s.md").read_text("utf-8") == markdown.out


def test_show_by_name_and_by_file(shop: Path) -> None:
    shipped = run_csperf("rubric", "show", "aftersales-60-20-20", cwd=shop)
    assert "60/20/20" in shipped.out
    assert run_csperf("rubric", "show", "rubric.yaml", cwd=shop).out.startswith("# Small")
    wrong = run_csperf("rubric", "show", "aftersales", cwd=shop)
    assert (wrong.code, wrong.out) == (1, "")
    assert "aftersales-60-20-20" in wrong.err


def test_list_names_shipped_rubrics_and_the_shops_own(shop: Path) -> None:
    (shop / "rubrics").mkdir()
    (shop / "rubrics" / "mine.yaml").write_text(RUBRIC.replace("title: Small", "title: 我们的"), "utf-8")
    run = run_csperf("rubric", "list", cwd=shop)
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    for path in (CONFIGS / "rubrics").glob("*.yaml"):
        assert any(line.startswith(path.stem + " ") for line in lines)
    mine = next(line for line in lines if line.startswith("mine "))
    assert "我们的" in mine
    assert "rubrics/mine.yaml" in mine


@pytest.mark.parametrize(
    ("of", "files"),
    [
        ("rubric", "configs/rubrics/*.yaml"),
        ("measures", "configs/measures.yaml"),
        ("workspace", "sample_data/csperf.yaml"),
        ("format", "sample_data/formats/*.yaml"),
    ],
)
def test_schema_accepts_what_ships(of: str, files: str) -> None:
    run = run_csperf("rubric", "schema", of)
    assert (run.code, run.err) == (0, "")
    schema = json.loads(run.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = list(SAMPLE.parent.glob(files))
    assert found
    for path in found:
        jsonschema.Draft202012Validator(schema).validate(as_json(yaml.safe_load(path.read_text("utf-8"))))


def as_json(value: Any) -> Any:
    """YAML as an editor's schema check sees it: keys are text."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value


@pytest.mark.parametrize("command", [JUNE, ("simulate", *JUNE[1:], "--rubric", "remote-team")])
def test_schemas_of_what_is_printed_are_the_shipped_ones(command: tuple[str, ...]) -> None:
    run = run_csperf("rubric", "schema", command[0])
    jsonschema.Draft202012Validator(json.loads(run.out)).validate(json.loads(run_sample(*command).out))


# ── data ──────────────────────────────────────────────────────────────────────────────────────────


def test_check_tells_counts_on_stdout_and_problems_on_stderr() -> None:
    run = run_csperf("data", "check", "--format", "table", "--lang", "en")
    assert run.code == 0
    for name, (rows, rejected, duplicates) in truth.expected_counts().items():
        line = next(line for line in run.out.splitlines() if line.startswith(name))
        left_out = 2 if name == "agent_metrics" else 0  # the report's totals
        counts = (rows, rows - rejected - duplicates, rejected, duplicates, left_out)
        assert line.split()[1:] == [str(count) for count in counts]
    assert run.err.count("[data-") == len({line for line in run.err.splitlines() if "[data-" in line}) > 15
    assert "[data-" not in run.out
    quiet = run_csperf("data", "check", "--format", "table", "--lang", "en", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, run.out, "")


def test_check_of_clean_sources_says_nothing(shop: Path) -> None:
    run = run_csperf("data", "check", "--strict", cwd=shop)
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)["sources"] == [
        {"name": "surveys", "rows": 3, "accepted": 3, "rejected": 0, "duplicates": 0, "left_out": 0}
    ]


def test_check_is_strict_where_asked() -> None:
    run = run_csperf("data", "check", "--strict", "-q")
    assert run.code == 1
    assert json.loads(run.out)["sources"]


def test_check_writes_every_rejected_row(tmp_path: Path) -> None:
    run = run_csperf("data", "check", "-q", "--rejects", tmp_path / "r.csv")
    assert (run.code, run.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))))
    counts = {name: rejected for name, (_, rejected, _) in truth.expected_counts().items() if rejected}
    assert {name: sum(row["csperf_source"] == name for row in rows) for name in counts} == counts
    assert len(rows) == sum(counts.values())
    june = [row for row in rows if row["csperf_file"] == "exports/tickets-2025-06.csv"]
    assert june
    header, *lines = csv.reader(io.StringIO((SAMPLE / "exports/tickets-2025-06.csv").read_text("utf-8")))
    for row in june:
        # What a spreadsheet would run stands behind an apostrophe.
        assert [row[name].removeprefix("'") for name in header] == lines[int(row["csperf_row"]) - 2]


def test_inspect_says_what_a_file_is(tmp_path: Path) -> None:
    run = run_csperf("data", "inspect", SAMPLE / "exports/surveys-2025q2.csv", "--lang", "en")
    assert (run.code, run.err) == (0, "")
    assert "gb18030" in run.out
    assert "table surveys: 7 of its 7 headers" in run.out
    assert "PJ202504010001" in run.out
    report = run_csperf("data", "inspect", SAMPLE / "exports/daily-report-2025q2.csv", "--lang", "en")
    assert "row 4" in report.out
    canonical = run_csperf("data", "inspect", SAMPLE / "exports/events.csv", "--lang", "en")
    assert "events" in canonical.out
    assert str(dt.date.today()) not in canonical.out


def test_inspect_of_nothing_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("missing.csv", "empty.csv", "."):
        run = run_csperf("data", "inspect", tmp_path / name)
        assert (run.code, run.out) == (1, ""), name
        assert "error" in run.err
        assert "Traceback" not in run.err


# ── init ──────────────────────────────────────────────────────────────────────────────────────────


def test_init_makes_a_workspace_that_works_and_keeps_what_is_there(tmp_path: Path) -> None:
    run = run_csperf("init", "new", "--lang", "en", cwd=tmp_path)
    assert (run.code, run.out) == (0, "")
    assert "csperf score" in run.err
    new = tmp_path / "new"
    rows = list(
        csv.DictReader(io.StringIO(run_csperf("score", "--month", "2025-06", "--format", "csv", "-q", cwd=new).out))
    )
    scores = {row["agent_id"]: Decimal(row["score"]) if row["score"] else None for row in rows}
    assert truth.expected_scores("2025-06").items() <= scores.items()
    assert list((new / "rubrics").glob("*.yaml"))
    assert not list(new.rglob("*.py"))

    (new / "csperf.yaml").write_text("mine", "utf-8")
    again = run_csperf("init", "new", cwd=tmp_path)
    assert (again.code, again.out) == (1, "")
    assert "[init-not-empty]" in again.err
    assert (new / "csperf.yaml").read_text("utf-8") == "mine"


def test_init_here_beside_other_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert run_csperf("init", cwd=tmp_path).code == 0
    assert (tmp_path / "csperf.yaml").is_file()
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_init_overwrites_nothing_even_when_one_file_is_there(tmp_path: Path) -> None:
    shutil.copyfile(SAMPLE / "roster.csv", tmp_path / "roster.csv")
    run = run_csperf("init", cwd=tmp_path)
    assert run.code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv"]


def test_changing_the_own_rubric_changes_the_score(tmp_path: Path) -> None:
    run_csperf("init", cwd=tmp_path)
    (rubric,) = (tmp_path / "rubrics").glob("*.yaml")
    rubric.write_text(rubric.read_text("utf-8").replace('target: ">= 90%"', 'target: ">= 80%"'), "utf-8")
    run = run_csperf("score", "--month", "2025-06", "--agent", "A003", "--format", "csv", "-q", cwd=tmp_path)
    row = next(csv.DictReader(io.StringIO(run.out)))
    assert (row["csat_points"], row["score"]) == ("30.00", "90.00")
