"""The benchmarks are fair only if everyone gets valid rows and gives the right answer. Nothing is timed."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest

from csperf.engines.polars_aggregates import names_in
from csperf.pipeline import load_scheme
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import load_workspace
from small_shop import SAMPLE, reading_as_if_large, run_csperf

if not hasattr(os, "wait4"):
    pytest.skip("run.py measures with os.wait4, which this system lacks", allow_module_level=True)

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
ROWS = 2_000
Row = dict[str, str | None]
Answers = dict[str, dict[str, float | None]]


def load_script(name: str) -> ModuleType:
    """A script of benchmarks/ as a module, under a name that no other module has."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = load_script("generate")
run = load_script("run")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmarks") / "tickets.csv"
    command = [sys.executable, str(BENCHMARKS / "generate.py"), "--rows", f"{ROWS / 1000}e3", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmarks") / "wide.csv"
    subprocess.run([sys.executable, str(BENCHMARKS / "generate.py"), "--rows", str(ROWS), "--wide", path], check=True)
    return path


@pytest.fixture(scope="module")
def tickets(data: Path) -> list[Row]:
    with data.open(encoding="utf-8", newline="") as file:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def truth(tickets: list[Row]) -> Answers:
    """The answers in plain Python."""
    june = defaultdict(list)
    for row in tickets:
        if (row["created_at"] or "").startswith("2025-06-"):
            june[row["agent_id"] or ""].append(row)
    return {agent: expected_answers(rows) for agent, rows in june.items()}


def expected_answers(rows: list[Row]) -> dict[str, float | None]:
    replies = known_numbers(rows, "first_reply_seconds")
    return {
        "ticket_count": len(rows),
        "first_reply": statistics.mean(replies),
        "first_reply_p90": statistics.quantiles(replies, n=10, method="inclusive")[8],
        "handling": statistics.mean(known_numbers(rows, "handling_seconds")),
        "csat": share([rating >= 4 for rating in known_numbers(rows, "rating")]),
        "escalation_rate": share([row["escalated"] == "true" for row in rows]),
        "reopen_rate": share([count > 0 for count in known_numbers(rows, "reopen_count")]),
        "completion_rate": share([row["status"] in ("solved", "closed") for row in rows]),
    }


def known_numbers(rows: list[Row], column: str) -> list[int]:
    return [int(cell) for row in rows if (cell := row[column]) is not None]


def share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def test_generator_gives_the_same_bytes_everywhere(data: Path) -> None:
    assert (
        hashlib.sha256(data.read_bytes()).hexdigest()
        == "ecddd7136f90ea6c63655af88f6c02468d041e29f0d395407b076e16c79a815f"
    )


def test_more_rows_continue_fewer_and_chunks_leave_no_seam(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "CHUNK", 7)
    generate.generate_tickets(tmp_path / "few.csv", 100)
    few = (tmp_path / "few.csv").read_bytes()
    assert few.count(b"\n") == 101
    assert data.read_bytes().startswith(few)
    assert [path.name for path in tmp_path.iterdir()] == ["few.csv"]


def test_generated_rows_are_valid_tickets_inside_and_outside_june(tickets: list[Row]) -> None:
    checked = [TABLES["tickets"].model_validate(row) for row in tickets]
    ids = [row["ticket_id"] or "" for row in tickets]
    assert len(checked) == len(set(ids)) == ROWS
    assert ids == sorted(ids)
    assert all(row["resolved_at"] is None or row["resolved_at"] >= (row["created_at"] or "") for row in tickets)
    assert {(row["created_at"] or "")[:7] for row in tickets} == {"2025-05", "2025-06", "2025-07"}
    assert len({row["agent_id"] for row in tickets}) == generate.AGENTS


def test_wide_rows_are_the_same_tickets_with_more_columns(data: Path, wide: Path) -> None:
    for narrow, line in zip(data.read_text().splitlines(), wide.read_text().splitlines(), strict=True):
        assert line.startswith(narrow + ",")
    with wide.open(encoding="utf-8", newline="") as file:
        rows = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        TABLES["tickets"].model_validate(row)
    assert all(len({row[name] for row in rows}) > 1 for name in rows[0])


@pytest.mark.parametrize("name", run.SCHEMES)
def test_bare_read_has_the_columns_that_a_scheme_needs(name: str) -> None:
    contract = compile_table(TABLES["tickets"])
    measures = load_scheme(load_workspace(SAMPLE), name).measures.values()
    terms = [term for measure in measures for term in measure.terms if term.table == "tickets"]
    needed = {column for term in terms for column in contract.sources_of({term.agent, term.at, *names_in(term)})}
    assert set(run.SCHEMES[name]) == needed


@pytest.mark.parametrize("name", run.SCHEMES)
def test_scheme_takes_one_pass_over_a_large_source(name: str, wide: Path, tmp_path: Path) -> None:
    shop = run.build_shop(tmp_path / "shop", wide)
    passes: list[str] = []
    collect, collect_all = pl.LazyFrame.collect, pl.collect_all

    def spy(rows: pl.LazyFrame, **options: Any) -> Any:
        passes.append(rows.explain())
        return collect(rows, **options)

    def spy_all(sinks: Sequence[pl.LazyFrame], **options: Any) -> Any:
        passes.append(pl.explain_all(sinks))
        return collect_all(sinks, **options)

    with (
        reading_as_if_large() as careful,
        patch.object(pl.LazyFrame, "collect", spy),
        patch.object(pl, "collect_all", spy_all),
    ):
        scored = run_csperf("score", "--month", "2025-06", "--format", "csv", "--rubric", name, cwd=shop)
    assert scored.code == 0, scored.err
    rows = csv.DictReader(scored.out.lstrip("\ufeff").splitlines())
    assert {f"A{agent:04}" for agent in range(generate.AGENTS)} <= {row["agent_id"] for row in rows}
    assert "tickets" not in careful
    assert sum(plan.count("tickets.csv]") for plan in passes) == 1


@pytest.mark.parametrize("with_p90", [False, True])
@pytest.mark.parametrize("name", ["csperf", "duckdb", "pandas"])
def test_contender_gives_the_right_answer(
    name: str, with_p90: bool, data: Path, truth: Answers, tmp_path: Path
) -> None:
    pytest.importorskip(name)
    measures = (*run.MEASURES, run.P90) if with_p90 else run.MEASURES
    workspace = run.build_workspace(tmp_path / "workspace", data)
    run.measure_command(run.contender_command(name, data, workspace, with_p90), tmp_path / "out")
    expected = {agent: {name: values[name] for name in measures} for agent, values in truth.items()}
    assert any(values["csat"] is None for values in expected.values())
    run.check_agreement({"truth": expected, name: run.read_answers(tmp_path / "out", measures)})


def test_bare_read_counts_the_cells_of_each_column(data: Path, tickets: list[Row], tmp_path: Path) -> None:
    run.measure_command(run.contender_command("bare", data, tmp_path, False), tmp_path / "out")
    [counts] = csv.DictReader((tmp_path / "out").read_text(encoding="utf-8").splitlines())
    assert len(counts) == 8
    assert counts == {name: str(sum(row[name] is not None for row in tickets)) for name in counts}


def test_bare_read_of_other_columns(data: Path, tickets: list[Row], tmp_path: Path) -> None:
    run.measure_command([*run.contender_command("bare", data, tmp_path, True), "rating", "channel"], tmp_path / "out")
    [counts] = csv.DictReader((tmp_path / "out").read_text(encoding="utf-8").splitlines())
    assert counts == {"rating": str(sum(row["rating"] is not None for row in tickets)), "channel": str(ROWS)}


@pytest.mark.parametrize("name", ["csperf", "pandas"])
@pytest.mark.parametrize("other", [{"A1": 2 / 3 + 1e-6}, {"A1": float("nan")}, {"A1": None}, {"A2": 2 / 3}, {}])
def test_a_difference_stops_the_benchmark(name: str, other: dict[str, float | None]) -> None:
    answers = {agent: {"csat": value} for agent, value in other.items()}
    with pytest.raises(SystemExit, match=rf"^duckdb and {name} disagree .*A1"):
        run.check_agreement({"duckdb": {"A1": {"csat": 2 / 3}}, name: answers})


def test_only_csperf_may_round() -> None:
    exact, rounded = {"A1": {"csat": 2 / 3}}, {"A1": {"csat": 0.666667}}
    run.check_agreement({"csperf": rounded, "duckdb": exact, "pandas": {"A1": {"csat": 2 / 3 + 1e-12}}})
    with pytest.raises(SystemExit, match="csat of A1"):
        run.check_agreement({"csperf": exact, "duckdb": exact, "pandas": rounded})


def test_commands_take_turns_and_the_first_round_is_not_counted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    commands = {name: [sys.executable, "-c", script, str(log), name] for name in "AB"}
    seen: list[str] = []
    runs = run.measure_in_turn(commands, 2, tmp_path, lambda: seen.append(log.read_text()))
    assert seen == ["AB", "ABAB", "ABABAB"]
    assert {name: len(found) for name, found in runs.items()} == {"A": 2, "B": 2}


def test_peak_memory_is_in_bytes(tmp_path: Path) -> None:
    found = run.measure_command([sys.executable, "-c", "b'x' * int('300_000_000')"], tmp_path / "out")
    assert 300e6 < found.peak_bytes < 300e9


def test_a_command_that_fails_is_shown_with_its_words(tmp_path: Path) -> None:
    script = "import sys; print('no such luck', file=sys.stderr); sys.exit(3)"
    with pytest.raises(SystemExit, match=r"^exit code 3 (.|\n)*\nno such luck"):
        run.measure_command([sys.executable, "-c", script], tmp_path / "out")


def test_ratios_are_the_first_contenders_medians_over_the_others() -> None:
    runs = {
        "csperf": [run.Run(1.0, 100_000_000), run.Run(9.0, 100_000_000), run.Run(2.0, 300_000_000)],
        "duckdb": [run.Run(4.0, 50_000_000), run.Run(4.0, 200_000_000), run.Run(5.0, 200_000_000)],
    }
    compared = run.compare_runs(runs)["duckdb"]
    assert (compared["median_seconds"], compared["seconds_ratio"]) == (4, 0.5)
    assert (compared["median_peak_bytes"], compared["peak_ratio"]) == (200_000_000, 0.5)
    assert run.render_runs(runs).splitlines() == [
        "        wall s  fastest  slowest  csperf ÷ it  peak MB  csperf ÷ it",
        "csperf    2.00     1.00     9.00         1.00      100         1.00",
        "duckdb    4.00     4.00     5.00         0.50      200         0.50",
    ]


def test_whole_script_prints_a_table_and_writes_json(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    run.main(["--data", str(data), "--rounds", "1", "--contenders", "bare", "--json", str(report)])
    assert "bare ÷ it" in capsys.readouterr().out
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["file_bytes"] == data.stat().st_size
    assert len(written["results"][0]["bare"]["seconds"]) == 1


def test_whole_script_scores_by_every_scheme(wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run.main(["--data", str(wide), "--schemes", "--rounds", "1"])
    out = capsys.readouterr().out
    assert all(f"{name} ÷ it" in out for name in run.SCHEMES)
    assert out.count("\nbare ") == len(run.SCHEMES)
