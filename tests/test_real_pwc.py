"""5,000 real calls: what others have published of them comes out, through measures in YAML only."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from real_workspaces import find_data, indicators, printed, score

AGENTS, OVERALL, TOPICS = "pwc-callcenter", "pwc-callcenter-overall", "pwc-callcenter-by-topic"
QUARTER, JANUARY = ["--quarter", "2021Q1"], ["--month", "2021-01"]
PERIODS = [QUARTER, JANUARY, ["--month", "2021-02"], ["--month", "2021-03"]]

# What the publishers call it → our measure, and what to multiply by (shares are published as percentages).
METRICS = {
    "total calls": ("calls", 1),
    "calls": ("calls", 1),
    "answered calls": ("answered_calls", 1),
    "unanswered calls": ("unanswered_calls", 1),
    "answered rate %": ("answered_rate", 100),
    "call answer rate %": ("answered_rate", 100),
    "resolved calls": ("resolved_calls", 1),
    "unresolved calls (of ALL calls)": ("unresolved_calls", 1),
    "resolution rate % of ANSWERED calls": ("resolved_of_answered", 100),
    "call resolution rate % of ALL calls": ("resolved_of_all", 100),
    "mean satisfaction rating 1-5 (answered only)": ("rating_mean", 1),
    "mean satisfaction, missing excluded": ("rating_mean", 1),
    "mean satisfaction": ("rating_mean", 1),
    "average speed of answer s": ("answer_speed", 1),
    "mean talk duration s, resolved calls": ("talk_time", 1),
}
# 3.33 puts a rating where there is none: not measured is neither bad nor middling.
IMPUTED = "mean satisfaction, 946 missing IMPUTED (a trap)"

Call = dict[str, str]
Scored = Callable[[str, list[str]], dict[str, Any]]


@pytest.fixture(scope="module")
def data() -> Path:
    return find_data("pwc-callcenter")


@pytest.fixture(scope="module")
def calls(data: Path) -> list[Call]:
    with (data / "calls.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scored(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = tmp_path_factory.mktemp("pwc")
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def run(workspace: str, period: list[str]) -> dict[str, Any]:
        key = (workspace, period[-1])
        if key not in known:
            known[key] = score(workspace, period, folder)
        return known[key]

    return run


def exact(indicator: dict[str, Any]) -> Fraction:
    """The value before it was rounded for printing."""
    numerator, denominator = indicator["numerator"], indicator["denominator"]
    return Fraction(numerator) / (1 if denominator is None else Fraction(denominator))


def test_every_published_figure_comes_out_but_the_imputed_one(data: Path, scored: Scored) -> None:
    with (data / "published.csv").open(encoding="utf-8", newline="") as file:
        published = {(row["entity"], row["metric"]): row["published"] for row in csv.DictReader(file)}
    assert len(published) == 71
    imputed = published.pop(("ALL", IMPUTED))
    places = {"ALL": (OVERALL, QUARTER, "ALL"), "2021-01": (OVERALL, JANUARY, "ALL")}
    topics = set(indicators(scored(TOPICS, QUARTER)))
    ours = {}
    for (entity, metric), figure in published.items():
        name, factor = METRICS[metric]
        workspace = TOPICS if entity in topics else AGENTS
        place = places.get(entity, (workspace, QUARTER, entity))
        found = indicators(scored(*place[:2]))[place[2]][name]
        ours[entity, metric] = str(printed(exact(found) * factor, len(figure.partition(".")[2])))
    assert ours == published

    rating = indicators(scored(OVERALL, QUARTER))["ALL"]["rating_mean"]
    assert printed(exact(rating), 2) == Decimal("3.40")
    missing = 5000 - rating["denominator"]
    filled = (Fraction(rating["numerator"]) + 3 * Fraction(missing)) / 5000
    assert (missing, str(printed(filled, 2))) == (946, imputed), "a 3 for each missing rating gives the trap"


def count_again(calls: list[Call]) -> dict[str, tuple[int, int | None]]:
    """Each measure of some calls as (numerator, denominator), without csperf."""
    answered = [call for call in calls if call["Answered_Status"] == "Y"]
    resolved = [call for call in calls if call["Resolved_Status"] == "Y"]
    ratings = [int(call["Satisfaction_Rating"]) for call in calls if call["Satisfaction_Rating"]]
    speeds = [int(call["Speed_of_answer_in_seconds"]) for call in calls if call["Speed_of_answer_in_seconds"]]
    clocks = [call["Talk_Duration"].split(":") for call in resolved]
    talks = [int(hours) * 3600 + int(minutes) * 60 + int(seconds) for hours, minutes, seconds in clocks]
    return {
        "calls": (len(calls), None),
        "answered_calls": (len(answered), None),
        "unanswered_calls": (len(calls) - len(answered), None),
        "answered_rate": (len(answered), len(calls)),
        "resolved_calls": (len(resolved), None),
        "unresolved_calls": (len(calls) - len(resolved), None),
        "resolved_of_answered": (sum(call["Resolved_Status"] == "Y" for call in answered), len(answered)),
        "resolved_of_all": (len(resolved), len(calls)),
        "rating_mean": (sum(ratings), len(ratings)),
        "answer_speed": (sum(speeds), len(speeds)),
        "talk_time": (sum(talks), len(talks)),
    }


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period[-1])
@pytest.mark.parametrize(
    ("workspace", "entity"),
    [(AGENTS, lambda call: call["Agent"]), (OVERALL, lambda _: "ALL"), (TOPICS, lambda call: call["Topic"])],
    ids=[AGENTS, OVERALL, TOPICS],
)
def test_every_figure_agrees_with_a_second_count(
    workspace: str, entity: Callable[[Call], str], period: list[str], calls: list[Call], scored: Scored
) -> None:
    prefix = "" if period == QUARTER else period[-1]
    groups: dict[str, list[Call]] = {}
    for call in calls:
        if call["Date"].startswith(prefix):
            groups.setdefault(entity(call), []).append(call)
    document = scored(workspace, period)
    found = {
        agent: {name: (one["numerator"], one["denominator"]) for name, one in records.items()}
        for agent, records in indicators(document).items()
    }
    assert found == {agent: count_again(group) for agent, group in groups.items()}

    for records in indicators(document).values():
        assert all(record["value"] == printed(exact(record)) for record in records.values())
    inside = sum(map(len, groups.values()))
    [source] = document["sources"]
    assert (source["rows"], source["in_period"], source["outside_period"]) == (5000, inside, 5000 - inside)
    assert (source["rejected"], source["duplicates"], document["warnings"]) == (0, 0, [])
