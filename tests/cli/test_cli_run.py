"""`csperf run`: what its log and its exit code promise to whoever reads them the next morning."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from csperf import unattended
from csperf.cli import options
from csperf.ledger.lock import lock_ledger
from small_shop import CHINA, SURVEYS, Run, csv_text, run_csperf, write_workspace

HEADERS = ["survey_id", "agent_id", "responded_at", "rating"]
LINE = re.compile(r"(\S+T\S+) (INFO|WARNING|ERROR) run (\S+) (\w+) (\w+)( .*)?")
MAY = "S7,A1,2025-05-03 10:00,5\nS8,A2,2025-05-03 10:00,4\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with rows of May and June 2025."""
    return write_workspace(tmp_path / "shop", {"surveys": SURVEYS + MAY})


@pytest.fixture(autouse=True)
def _in_july(monkeypatch: pytest.MonkeyPatch) -> None:
    set_today(monkeypatch, dt.date(2025, 7, 6))
    monkeypatch.setattr(unattended, "_MOST_IDLE_DAYS", 30)  # the few rows of these shops are of the first days


def set_today(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    monkeypatch.setattr(options, "_today", lambda zone: day)
    monkeypatch.setattr(
        unattended, "_now", lambda zone: dt.datetime.combine(day, dt.time(3, 0, 1), ZoneInfo(zone or CHINA))
    )


def change_settings(shop: Path, **changes: object) -> None:
    path = shop / "csperf.yaml"
    path.write_text(f"run: {json.dumps(changes)}\n" + path.read_text("utf-8"), encoding="utf-8")


def add_rows(shop: Path, rows: str) -> None:
    with (shop / "surveys.csv").open("a", encoding="utf-8") as file:
        file.write(rows)


def steps_of(run: Run) -> list[tuple[str, str, str]]:
    """(month, step, result) of each line that is no remark."""
    found = [LINE.fullmatch(line) for line in run.err.splitlines()]
    assert all(found), run.err
    return [(one[3], one[4], one[5]) for one in found if one and one[5] != "remark"]


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below, with its content and the time that it was written."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


# ── a month's work ────────────────────────────────────────────────────────────────────────────────


def test_a_month_is_checked_scored_written_and_sealed(shop: Path) -> None:
    run = run_csperf("run", cwd=shop)

    assert run.code == 0
    assert run.out == ""
    assert steps_of(run) == [
        ("2025-06", "check", "ok"), ("2025-06", "score", "ok"), ("2025-06", "write", "ok"), ("2025-06", "seal", "ok"),
        ("2025-06", "score", "ok"), ("2025-06", "write", "ok"),
    ]  # fmt: skip
    assert run.err.splitlines()[0] == (
        "2025-07-06T03:00:01+08:00 INFO run 2025-06 check ok sources=1 rows=5 rejected=0"
    )
    assert sorted(files_of(shop / "reports")) == ["2025-06.json", "2025-06.xlsx"]
    assert (shop / "ledger" / "2025-06" / "manifest.json").is_file()


def test_again_nothing_is_written(shop: Path) -> None:
    run_csperf("run", cwd=shop)
    before = files_of(shop)
    again = run_csperf("run", cwd=shop)

    assert again.code == 0
    assert steps_of(again) == [
        ("2025-06", "check", "ok"), ("2025-06", "score", "ok"), ("2025-06", "write", "unchanged"),
        ("2025-06", "seal", "unchanged"),
    ]  # fmt: skip
    assert files_of(shop) == before


@pytest.mark.parametrize("grace", [0, 5, 10])
def test_grace_ends_to_the_day(shop: Path, monkeypatch: pytest.MonkeyPatch, grace: int) -> None:
    change_settings(shop, grace_days=grace)
    first = dt.date(2025, 7, 1) + dt.timedelta(days=grace)
    if grace:
        set_today(monkeypatch, first - dt.timedelta(days=1))
        early = run_csperf("run", cwd=shop)
        assert early.code == 0
        assert early.err.splitlines()[-1].endswith(f"2025-06 seal waiting until={first}")
        assert not (shop / "ledger" / "2025-06").exists()
    set_today(monkeypatch, first)
    run = run_csperf("run", cwd=shop)

    assert ("2025-06", "seal", "ok") in steps_of(run)


def test_what_is_written_is_what_score_writes(shop: Path) -> None:
    change_settings(shop, formats=["json", "csv", "md", "xlsx"], output="out/monthly")
    run_csperf("run", cwd=shop)
    folder = shop / "out" / "monthly"

    for name in ("json", "csv", "md", "xlsx"):
        run_csperf("score", "--month", "2025-06", "-o", f"by-hand.{name}", cwd=shop)
        assert (shop / f"by-hand.{name}").read_bytes() == (folder / f"2025-06.{name}").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [f"2025-06.{end}" for end in ("csv", "json", "md", "xlsx")]


def test_results_of_a_sealed_month_come_from_the_ledger(shop: Path) -> None:
    run_csperf("run", cwd=shop)
    sealed = files_of(shop / "reports")
    add_rows(shop, "S4,A1,2025-06-30 10:00,1\n")
    (shop / "reports" / "2025-06.json").unlink()
    late = run_csperf("run", cwd=shop)

    assert late.code == 4
    assert (shop / "reports" / "2025-06.json").read_bytes() == sealed["2025-06.json"][0]


def test_late_rows_of_a_sealed_month_are_told_with_the_way_out(shop: Path) -> None:
    run_csperf("run", cwd=shop)
    before = files_of(shop / "ledger")
    add_rows(shop, "S4,A1,2025-06-30 10:00,1\n")
    late = run_csperf("run", cwd=shop)

    assert late.code == 4
    assert "ERROR run 2025-06 seal failed ledger-differs" in late.err
    assert "csperf seal --month 2025-06 --adjust --reason" in late.err
    assert files_of(shop / "ledger") == before

    adjusted = run_csperf(
        "seal", "--month", "2025-06", "--adjust", "--reason", "late export", "--approved-by", "Wu", cwd=shop
    )
    assert adjusted.code == 0, adjusted.err
    after = run_csperf("run", cwd=shop)
    assert after.code == 0
    assert steps_of(after)[-2:] == [("2025-06", "write", "ok"), ("2025-06", "seal", "unchanged")]


# ── the months before ─────────────────────────────────────────────────────────────────────────────


def test_a_month_that_still_waits_is_sealed_later(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_today(monkeypatch, dt.date(2025, 6, 3))
    run_csperf("run", cwd=shop)
    assert not (shop / "ledger" / "2025-05").exists()
    set_today(monkeypatch, dt.date(2025, 7, 2))
    run = run_csperf("run", cwd=shop)

    assert run.code == 0
    assert ("2025-05", "seal", "ok") in steps_of(run)
    assert steps_of(run)[-1] == ("2025-06", "seal", "waiting")


def test_months_that_nobody_ran_are_left_alone(shop: Path) -> None:
    (shop / "reports").mkdir()
    for name in ("2025-13.json", "2025-05.txt", "notes-2025-05.json", "2025-08.json", "0000-01.csv"):
        (shop / "reports" / name).touch()
    run = run_csperf("run", cwd=shop)

    assert run.code == 0
    assert {month for month, _, _ in steps_of(run)} == {"2025-06"}


def test_one_month_asked_for_is_one_month(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_today(monkeypatch, dt.date(2025, 6, 3))
    run_csperf("run", cwd=shop)
    set_today(monkeypatch, dt.date(2025, 7, 6))
    run = run_csperf("run", "--month", "2025-06", cwd=shop)

    assert {month for month, _, _ in steps_of(run)} == {"2025-06"}


def test_an_earlier_month_that_fails_does_not_stop_the_last_one(shop: Path) -> None:
    (shop / "reports").mkdir()
    (shop / "reports" / "2025-04.json").write_text("{}", encoding="utf-8")
    run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert ("2025-04", "score", "failed") in steps_of(run)
    assert ("2025-06", "seal", "ok") in steps_of(run)
    assert (shop / "reports" / "2025-04.json").read_text("utf-8") == "{}"


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────


def test_a_missing_file_is_named_and_nothing_is_written(shop: Path) -> None:
    (shop / "surveys.csv").rename(shop / "elsewhere.csv")
    run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert steps_of(run) == [("2025-06", "check", "failed")]
    assert 'data-no-files csperf.yaml:4:20: no file matches "surveys.csv"' in run.err
    assert not (shop / "reports").exists()
    assert not (shop / "ledger" / "2025-06").exists()

    (shop / "elsewhere.csv").rename(shop / "surveys.csv")
    assert run_csperf("run", cwd=shop).code == 0


@pytest.mark.parametrize(("last", "code"), [("2025-06-01", 0), ("2025-06-02", 1), ("2025-06-24", 1), ("2025-06-25", 0)])
def test_a_month_whose_rows_end_early_is_not_sealed_with_nobody_looking_on(
    last: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of a whole month may stand under its first day."""
    monkeypatch.setattr(unattended, "_MOST_IDLE_DAYS", 5)
    rows = [["S1", "A1", "2025-06-01 10:00", 5], ["S2", "A2", f"{last} 10:00", 5]]
    shop = write_workspace(tmp_path / "shop", {"surveys": csv_text(HEADERS, rows)})

    run = run_csperf("run", cwd=shop)

    assert run.code == code, run.err
    assert (f"incomplete no row after {last}" in run.err) is bool(code)
    assert (shop / "ledger" / "2025-06").exists() is not bool(code)


def test_a_month_in_which_few_have_a_score_is_not_sealed_with_nobody_looking_on(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "roster.csv").write_text("agent_id\nA1\nA2\nA3\nA4\nA5\n", "utf-8")
    settings = (shop / "csperf.yaml").read_text("utf-8")
    (shop / "csperf.yaml").write_text(settings + "  roster: {files: roster.csv}\n", "utf-8")
    set_today(monkeypatch, dt.date(2025, 7, 5))
    assert run_csperf("run", cwd=shop).code == 0  # it has time yet
    set_today(monkeypatch, dt.date(2025, 7, 6))

    run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert steps_of(run)[-1] == ("2025-06", "score", "failed")
    assert "incomplete 2 of 5 have a score" in run.err
    assert not (shop / "ledger" / "2025-06").exists()
    assert run_csperf("seal", "--month", "2025-06", cwd=shop).code == 0
    assert run_csperf("run", cwd=shop).code == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rubric.yaml", "weight: 100", "weight: 90", "check failed"),
        ("csperf.yaml", "language: en", "language: xx", "open failed"),
        ("surveys.csv", "2025-06", "2024-06", "data-nothing-in-period"),
        ("surveys.csv", "responded_at", "at", "data-missing-column"),
    ],
)  # fmt: skip
def test_problems_stop_the_month(shop: Path, file: str, old: str, new: str, said: str) -> None:
    path = shop / file
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert f" {said}" in run.err
    assert steps_of(run)
    assert not (shop / "reports").exists()
    assert not (shop / "ledger" / "2025-06").exists()


def test_rejected_rows_are_counted_or_stop_the_run(shop: Path) -> None:
    add_rows(shop, "S4,A1,2025-06-30 10:00,excellent\n")
    run = run_csperf("run", cwd=shop)
    assert run.code == 0
    assert "INFO run 2025-06 check ok sources=1 rows=6 rejected=1" in run.err
    assert "WARNING run 2025-06 score ok from=files agents=2 scores=2 rejected=1" in run.err

    change_settings(shop, strict=True)
    strict = run_csperf("run", "--month", "2025-06", cwd=shop)
    assert strict.code == 1
    assert steps_of(strict) == [("2025-06", "check", "failed")]


def test_where_strict_a_source_without_rows_of_the_month_stops_it(shop: Path) -> None:
    more = csv_text(HEADERS, [["S9", "A1", "2025-05-09 10:00", 5]])
    (shop / "more.csv").write_text(more, encoding="utf-8")
    with (shop / "csperf.yaml").open("a", encoding="utf-8") as file:
        file.write("  more: {files: more.csv, table: surveys}\n")
    run = run_csperf("run", "--month", "2025-06", cwd=shop)
    assert run.code == 0
    assert "WARNING run 2025-06 score remark source-idle" in run.err

    (shop / "ledger" / "2025-06").rename(shop / "moved")
    change_settings(shop, strict=True)
    strict = run_csperf("run", "--month", "2025-06", cwd=shop)
    assert strict.code == 1
    assert "ERROR run 2025-06 score failed source-idle" in strict.err


def test_a_folder_that_cannot_be_written_is_named(shop: Path) -> None:
    (shop / "reports").write_text("a file", encoding="utf-8")
    run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert "ERROR run 2025-06 write failed file-error" in run.err
    assert "reports" in run.err
    assert not (shop / "ledger" / "2025-06").exists()


def test_a_full_disk_leaves_no_half_file(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        run = run_csperf("run", cwd=shop)

    assert run.code == 1
    assert "reports/2025-06.xlsx: No space left on device" in run.err
    assert files_of(shop / "reports") == {}
    assert run_csperf("run", cwd=shop).code == 0


def test_while_another_is_at_work_nothing_is_done(shop: Path) -> None:
    script = (
        f"import sys\nfrom csperf.cli import main\nsys.exit(main(['run', '--month', '2025-06', '-C', {str(shop)!r}]))"
    )
    with lock_ledger(shop / "ledger"):
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert run.returncode == 75
    assert "ERROR run 2025-06 lock failed ledger-locked" in run.stderr
    assert not (shop / "reports").exists()


@pytest.mark.parametrize("month", ["2025-07", "this", "2025-08", "June"])
def test_a_month_that_is_not_over_is_wrong_usage(shop: Path, month: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csperf.months._today", lambda zone: dt.date(2025, 7, 6))
    run = run_csperf("run", "--month", month, cwd=shop)

    assert run.code == 2
    assert "--month" in run.err


def test_the_bundled_sample_is_not_worked_on(tmp_path: Path) -> None:
    run = run_csperf("run", "--month", "2025-06", cwd=tmp_path)

    assert run.code == 1
    assert "2025-06 lock failed ledger-of-sample" in run.err


def test_a_bug_is_in_the_log_too(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unattended, "check_data", lambda session: 1 / 0)
    run = run_csperf("run", "--log", "run.log", cwd=shop)

    assert run.code == 3
    assert "ERROR run last run failed ZeroDivisionError" in (shop / "run.log").read_text("utf-8")


# ── the log ───────────────────────────────────────────────────────────────────────────────────────


def test_the_log_file_grows_by_what_stderr_says(shop: Path) -> None:
    first = run_csperf("run", "--log", "run.log", cwd=shop)
    second = run_csperf("run", "--log", "run.log", "-q", cwd=shop)

    lines = (shop / "run.log").read_text("utf-8").splitlines()
    assert lines[: len(first.err.splitlines())] == first.err.splitlines()
    assert len(lines) > len(first.err.splitlines())
    assert second.err == ""


def test_quiet_still_says_what_is_wrong(shop: Path) -> None:
    (shop / "surveys.csv").unlink()
    run = run_csperf("run", "-q", cwd=shop)

    assert run.code == 1
    assert "data-no-files" in run.err


def test_a_log_that_cannot_be_written_is_told(shop: Path) -> None:
    run = run_csperf("run", "--log", "none/run.log", cwd=shop)

    assert run.code == 1
    assert "none/run.log" in run.err


def test_a_line_is_a_line_whatever_a_file_is_called(shop: Path) -> None:
    path = shop / "csperf.yaml"
    path.write_text(path.read_text("utf-8").replace("surveys.csv", '"a\\nb.csv"'), encoding="utf-8")
    run = run_csperf("run", cwd=shop)

    assert steps_of(run) == [("2025-06", "check", "failed")]
