"""`csperf init --from`: somebody's own exports become a workspace, and the command that it prints scores them."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from exports_at_large import write_amazon_orders, write_amazon_returns, write_fixture, write_zendesk
from small_shop import Run, csv_text, run_csperf

CHINA = ("--zone", "Asia/Shanghai")


def start(folder: Path, *arguments: str | Path, lang: str = "en") -> Run:
    return run_csperf("init", *arguments, "--lang", lang, cwd=folder)


def follow(folder: Path, run: Run) -> dict[str, Any]:
    """The score table that the printed command gives."""
    assert run.code == 0, run.err
    [command] = (line.strip() for line in run.err.splitlines() if line.startswith("  csperf "))
    scored = run_csperf(*shlex.split(command)[1:], "--format", "json", cwd=folder)
    assert scored.code == 0, scored.err
    table: dict[str, Any] = json.loads(scored.out)
    return table


def scores_of(table: dict[str, Any]) -> dict[str, float | None]:
    return {agent["agent_id"]: agent["score"] for agent in table["agents"]}


def indicators_of(table: dict[str, Any]) -> list[str]:
    return [indicator["name"] for indicator in table["agents"][0]["indicators"]]


def read_roster(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "roster.csv").read_text(encoding="utf-8-sig").splitlines()))


# ── a first score in one more command ─────────────────────────────────────────────────────────────


def test_a_zendesk_export_alone(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets-2025-06.csv")

    run = start(tmp_path, "--from", "tickets-2025-06.csv", "shop", *CHINA)
    table = follow(tmp_path, run)

    assert set(scores_of(table)) == {"Mia", "Tom", "李娜"}
    assert all(agent["score"] is not None and agent["coverage"] == 1 for agent in table["agents"])
    assert indicators_of(table) == [
        "positive_rating_rate", "fcr_no_reopen", "response_within_24h", "resolution_hours", "completion_rate"
    ]  # fmt: skip
    assert table["period"]["label"] == "2025-06"
    assert [row["agent_id"] for row in read_roster(tmp_path / "shop")] == ["Mia", "Tom", "李娜"]
    assert 'tickets: {files: "exports/tickets-*.csv", format: zendesk-tickets}' in (
        tmp_path / "shop" / "csperf.yaml"
    ).read_text(encoding="utf-8")


def test_qianniu_and_chitu_together(tmp_path: Path) -> None:
    files = [write_fixture(name, tmp_path) for name in ("qianniu-performance", "chitu-agents")]

    run = start(tmp_path, "--from", *files, "shop", lang="zh-CN")
    table = follow(tmp_path, run)

    assert sum(score is not None for score in scores_of(table).values()) >= 2
    assert all(agent["coverage"] >= 0.5 for agent in table["agents"] if agent["score"] is not None)
    # Conversion and ratings are each from one report, as two reports of the same chats must not add up.
    assert {"satisfaction_reported", "first_reply_reported", "conversion_rate"} <= set(indicators_of(table))
    written = (tmp_path / "shop" / "csperf.yaml").read_text(encoding="utf-8")
    assert "zone: Asia/Shanghai" in written
    assert "花名册" in written


def test_amazon_orders_and_returns_score_the_shop(tmp_path: Path) -> None:
    write_amazon_orders(tmp_path / "orders.txt")
    write_amazon_returns(tmp_path / "returns.txt")

    run = start(tmp_path, "--from", "orders.txt", "returns.txt", "shop", "--zone", "America/Los_Angeles")
    table = follow(tmp_path, run)

    # 3 of 50 orders: 6 % is a fifth of the way from 5 % to 10 %.
    assert scores_of(table) == {"shop": 80.0}
    assert "--by shop" in run.err
    assert "order_agents" in (tmp_path / "shop" / "csperf.yaml").read_text(encoding="utf-8")
    assert not (tmp_path / "shop" / "roster.csv").exists()


def test_amazon_with_a_list_of_who_served_scores_by_agent(tmp_path: Path) -> None:
    write_amazon_orders(tmp_path / "orders.txt")
    write_amazon_returns(tmp_path / "returns.txt")
    served = [[f"111-0000001-{number:07}", "Mia" if number % 2 else "Tom"] for number in range(50)]
    (tmp_path / "served.csv").write_text(csv_text(["order_id", "agent_id"], served), encoding="utf-8")

    run = start(tmp_path, "--from", "orders.txt", "returns.txt", "served.csv", "shop", *CHINA)

    assert set(scores_of(follow(tmp_path, run))) == {"Mia", "Tom"}
    assert [row["agent_id"] for row in read_roster(tmp_path / "shop")] == ["Mia", "Tom"]


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_what_it_writes_is_free_of_problems(tmp_path: Path, lang: str) -> None:
    write_zendesk(tmp_path / "tickets.csv")

    assert start(tmp_path, "--from", "tickets.csv", "shop", *CHINA, lang=lang).code == 0

    assert run_csperf("rubric", "validate", cwd=tmp_path / "shop") == Run(0, "", "")
    checked = run_csperf("data", "check", "--strict", "--format", "json", cwd=tmp_path / "shop")
    assert checked.code == 0, checked.err


# ── files and folders as people type them ─────────────────────────────────────────────────────────


def test_files_that_lie_in_the_folder_stay_where_they_are(tmp_path: Path) -> None:
    file = write_zendesk(tmp_path / "downloads" / "tickets-2025-06.csv")
    before = file.read_bytes()

    table = follow(tmp_path, start(tmp_path, "--from", file, *CHINA))

    assert scores_of(table)
    assert not (tmp_path / "exports").exists()
    assert file.read_bytes() == before
    assert '"downloads/tickets-*.csv"' in (tmp_path / "csperf.yaml").read_text(encoding="utf-8")


def test_next_months_file_is_found(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets-2025-06.csv", 20)
    assert start(tmp_path, "--from", "tickets-2025-06.csv", "shop", *CHINA).code == 0

    write_zendesk(tmp_path / "shop" / "exports" / "tickets-2025-07.csv", 60)

    checked = run_csperf("data", "check", "--format", "json", cwd=tmp_path / "shop")
    assert {"name": "tickets", "rows": 80, "duplicates": 20}.items() <= json.loads(checked.out)["sources"][1].items()


def test_from_can_be_said_of_each_file(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "a.csv", 20)
    write_zendesk(tmp_path / "b.csv", 40)

    run = start(tmp_path, "--from", "a.csv", "--from", "b.csv", "--from", "a.csv", "shop", *CHINA)

    assert run.code == 0, run.err
    assert "files: [exports/a.csv, exports/b.csv]" in (tmp_path / "shop" / "csperf.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "tickets.csv", "one", "two"], "name one folder"),
        (["--from", "tickets.csv", "ticket.csv"], 'no file "ticket.csv"'),
        (["--from", "tickets.csv", "--zone", "Peking"], "unknown zone"),
        (["one", "two"], "name one folder"),
        (["--zone", "Asia/Shanghai"], "--from"),
        (["--dates", "day-first", "shop"], "--from"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    write_zendesk(tmp_path / "tickets.csv", 3)

    run = start(tmp_path, *arguments)

    assert run.code == 2
    assert said in " ".join(run.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["tickets.csv"]


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets.csv", 20)
    assert start(tmp_path, "--from", "tickets.csv", "shop", *CHINA).code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    again = start(tmp_path, "--from", "tickets.csv", "shop", *CHINA)

    assert again.code == 1
    assert "[init-not-empty]" in again.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


# ── nothing is guessed ────────────────────────────────────────────────────────────────────────────


def test_everything_that_is_open_is_asked_at_once(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets.csv", 3)
    desk = write_fixture("freshdesk-tickets", tmp_path)
    feedback = write_fixture("amazon-feedback", tmp_path)
    before = sorted(tmp_path.iterdir())

    run = start(tmp_path, "--from", "tickets.csv", desk.name, feedback.name, "shop")

    assert run.code == 1
    assert all(f"[{code}]" in run.err for code in ("init-zone", "data-ambiguous-date", "source-marketplace"))
    # Both readings of a time that the file really holds.
    assert "2025-06-01 09:30 would be 01:30 UTC in Asia/Shanghai or 16:30 UTC in America/Los_Angeles" in run.err
    assert "(day-first)" in run.err
    [hint] = (line for line in run.err.splitlines() if line.startswith("hint:"))
    assert f"csperf init --from tickets.csv --from {desk.name} --from {feedback.name} shop" in hint
    assert all(flag in hint for flag in ("--zone ZONE", "--dates ORDER", "--marketplace CODE"))
    assert sorted(tmp_path.iterdir()) == before


def test_answers_are_written_where_they_are_needed(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets.csv")
    desk = write_fixture("freshdesk-tickets", tmp_path)

    run = start(tmp_path, "--from", "tickets.csv", desk.name, "shop", "--zone", "Europe/Madrid", "--dates", "day-first")

    assert run.code == 0, run.err
    written = (tmp_path / "shop" / "csperf.yaml").read_text(encoding="utf-8")
    assert f"freshdesk-tickets: {{files: exports/{desk.name}, format: freshdesk-tickets, dates: day-first}}" in written
    assert "zendesk-tickets: {files: exports/tickets.csv, format: zendesk-tickets}" in written
    assert "zone: Europe/Madrid" in written


def test_an_unknown_file_is_said(tmp_path: Path) -> None:
    write_zendesk(tmp_path / "tickets.csv", 3)
    (tmp_path / "menu.csv").write_text("dish,price\nsoup,4\n", encoding="utf-8")

    run = start(tmp_path, "--from", "tickets.csv", "menu.csv", "shop", *CHINA)

    assert run.code == 1
    assert "menu.csv: error: no known format fits this file [init-unknown-file]" in run.err
    assert "csperf data inspect menu.csv" in run.err
    assert not (tmp_path / "shop").exists()


def test_files_that_can_feed_nothing_are_said(tmp_path: Path) -> None:
    write_amazon_orders(tmp_path / "orders.txt")

    run = start(tmp_path, "--from", "orders.txt", "shop", *CHINA)

    assert run.code == 1
    assert "[init-nothing-to-score]" in run.err
    assert "return_request_rate needs returns" in run.err
    assert not (tmp_path / "shop").exists()


def test_files_of_different_months_are_not_divided_by_each_other(tmp_path: Path) -> None:
    """A file of July cannot say that nothing was returned in June."""
    write_amazon_orders(tmp_path / "orders.txt", 40)
    july = write_fixture("amazon-returns", tmp_path)

    run = start(tmp_path, "--from", "orders.txt", july.name, "shop", *CHINA)

    assert run.code == 1
    assert "orders: 2025-06   returns: 2025-07" in run.err


def test_feedback_of_nobody_speaks_for_the_shop(tmp_path: Path) -> None:
    days = [f"6/{day}/25\t{1 + day % 5}\t\t\t111-{day:07}\t" for day in range(1, 31)]
    (tmp_path / "feedback.txt").write_text(
        "\n".join(["Date\tRating\tComments\tResponse\tOrder ID\tRater Email", *days]) + "\n", encoding="utf-8"
    )
    made = run_csperf(
        "init", "--from", "feedback.txt", "shop", "--zone", "America/Los_Angeles", "--marketplace", "US", cwd=tmp_path
    )
    assert (made.code, made.out) == (0, "")
    assert "order_id" not in made.err, "a list of orders and agents changes nothing for surveys"
    scored = json.loads(run_csperf("score", "-C", "shop", "--by", "shop", "--month", "2025-06", cwd=tmp_path).out)
    [card] = scored["agents"]
    [csat] = card["indicators"]
    assert (csat["name"], csat["numerator"], csat["denominator"]) == ("csat", 12, 30)
    assert card["score"] is not None


@pytest.mark.parametrize("sample", ["shop", "year"])
@pytest.mark.parametrize(("lang", "heading"), [("zh-CN", "名次"), ("en", "Rank")])
def test_a_workspace_made_in_chinese_writes_chinese_where_there_is_no_locale(
    sample: str, lang: str, heading: str, tmp_path: Path
) -> None:
    assert run_csperf("init", "new", "--sample", sample, "--lang", lang, cwd=tmp_path).code == 0
    run = run_csperf("score", "--month", "2025-06", "--format", "md", "-q", cwd=tmp_path / "new", env={"LC_ALL": "C"})
    assert (run.code, heading in run.out) == (0, True)
