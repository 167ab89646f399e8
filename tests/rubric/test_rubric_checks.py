from pathlib import Path

import pytest
from rubric_sample import find_codes, find_problems, place, rubric_text


def line(
    measure: str,
    target: str | None = None,
    score: str = "{deduct: 2, per: 1%, step: completed}",
    extra: str = "",
) -> str:
    said = f"target: '{target}', " if target else ""
    return f"{measure}: {{weight: 100, {said}score: {score}{extra}}}"


@pytest.mark.parametrize(
    ("indicator", "codes"),
    [
        (line("csat", ">= 90%"), []),
        (line("csat", ">= 90"), ["rubric-unit"]),
        (line("csat", ">= 90s"), ["rubric-unit"]),
        (line("csat", "<= 90%"), ["rubric-direction"]),
        (line("csat", "80% .. 90%"), []),
        (line("csat"), ["rubric-target-missing"]),
        (line("csat", ">= 90%", "{deduct: 2, per: 1}"), ["rubric-step-missing", "rubric-unit"]),
        (line("csat", ">= 90%", "{deduct: 2, per: 1%}"), ["rubric-step-missing"]),
        (line("csat", ">= 90%", "{deduct: 2, per: 0.5%, step: started}"), []),
        (line("complaint_count", "<= 0", "{deduct: 2, per: 1}"), []),
        (line("complaint_count", "<= 0.5", "{deduct: 2, per: 1}"), ["rubric-step-missing"]),
        (line("complaint_count", "<= 0", "{deduct: 2, per: 0.5}"), ["rubric-step-missing"]),
        (line("complaint_count", "<= 0", "{deduct: 2, per: 2}"), ["rubric-step-missing"]),
        (line("exam_score", ">= 80", "{deduct: 2, per: 5}"), ["rubric-step-missing"]),
        (line("first_response", "<= 30s", "{deduct: 1, per: 1min, step: completed}"), []),
        (line("sessions_per_hour", "20/h .. 40/h", "{deduct: 1, per: 1/h, step: completed}"), []),
        (line("sessions_per_hour", ">= 20", "{deduct: 1, per: 1/h, step: completed}"), ["rubric-unit"]),
        (line("csat", ">= 90%", "{attain: {}}"), []),
        (line("csat", None, "{attain: {}}"), ["rubric-target-missing"]),
        (line("csat", ">= 0%", "{attain: {}}"), ["rubric-bad-target"]),
        (line("csat", "80% .. 90%", "{attain: {}}"), ["rubric-bad-target"]),
        (line("complaint_count", "<= 0", "{attain: {}}"), ["rubric-bad-target"]),
        (line("csat", ">= 90%", "{attain: {cap: 80%}}"), []),
        (line("csat", ">= 90%", "{attain: {cap: 120%}}"), ["rubric-cap-no-effect"]),
        (line("csat", ">= 90%", "{attain: {cap: 1}}"), ["rubric-bad-cap"]),
        (line("csat", ">= 90%", "{attain: {cap: 0%}}"), ["rubric-bad-cap"]),
        (line("csat", None, "{curve: {80%: 0, 95%: 100}}"), []),
        (line("csat", None, "{curve: {80: 0, 95: 100}}"), ["rubric-unit"]),
        (line("csat", None, "{curve: {80%: 100, 95%: 0}}"), ["rubric-direction"]),
        (line("first_response", None, "{curve: {10s: 100, 1min: 0}}"), []),
        (line("first_response", None, "{curve: {10s: 0, 1min: 100}}"), ["rubric-direction"]),
        (line("sessions_per_hour", None, "{curve: {10/h: 0, 30/h: 100, 50/h: 50}}"), []),
        (line("csat", None, '{bands: {">= 95%": 100, ">= 90%": 80, else: 0}}'), []),
        (line("csat", None, '{bands: {">= 90%": 80, ">= 95%": 100, else: 0}}'), ["rubric-unreachable-band"]),
        (line("csat", None, '{bands: {"> 95%": 100, ">= 95%": 80, else: 0}}'), []),
        (line("csat", None, '{bands: {">= 95%": 100, "> 95%": 80, else: 0}}'), ["rubric-unreachable-band"]),
        (line("csat", None, '{bands: {">= 95%": 0, ">= 90%": 50, else: 100}}'), ["rubric-direction"]),
        (line("first_response", None, '{bands: {"<= 30s": 100, "<= 1min": 50, else: 0}}'), []),
        (line("first_response", None, '{bands: {"<= 30": 100, "<= 60": 50, else: 0}}'), ["rubric-unit"]),
        (line("first_response", None, '{bands: {"<= 1min": 100, "<= 30s": 50, else: 0}}'),
         ["rubric-unreachable-band"]),
        (line("sessions_per_hour", None, '{bands: {"20/h .. 40/h": 100, "25/h .. 30/h": 50, else: 0}}'),
         ["rubric-unreachable-band"]),
        (line("csat", None, "{relative: percentile}"), ["rubric-relative"]),
        (line("csat", ">= 90%", extra=", missing: team"), []),
        (line("complaint_count", "<= 0", "{deduct: 2, per: 1}", ", missing: team"), ["rubric-no-team-value"]),
        (line("first_response_p90", "<= 30s", "{deduct: 2, per: 1s, step: started}",
              ", small_sample: {below: 5, then: team}"), ["rubric-no-team-value"]),
        (line("complaint_count", "<= 0", "{deduct: 2, per: 1}", ", small_sample: {below: 5, then: zero}"),
         ["rubric-no-sample"]),
        (line("csatt", ">= 90%"), ["rubric-unknown-measure"]),
        # one slip does not hide the next
        (line("csat", ">= 90", "{deduct: 2, per: 1%, stpe: completed}", ", misssing: full"),
         ["rubric-unit", "rubric-unknown-key", "rubric-unknown-key"]),
        (line("csat", "about 90%", "{deduct: 2, per: 1%}"), ["rubric-bad-value"]),
    ],
)  # fmt: skip
def test_indicator(indicator: str, codes: list[str], tmp_path: Path) -> None:
    assert sorted(find_codes(rubric_text(indicator), tmp_path)) == sorted(codes)


@pytest.mark.parametrize(
    ("measure", "codes"),
    [
        ('from: tickets\nrate: answered\nbetter: higher', []),
        ('from: tickets\nrate: answered\nunit: s', ["measure-bad-unit", "rubric-unit", "rubric-unit"]),
        ('from: tickets\nrate: answered\nwindow: 60', ["measure-wrong-type"]),
        ('from: tickets\nrate: answered\nwindow: 60 days', ["measure-bad-value"]),
        ('from: tickets\nrate: answered\nwindow: 60d', []),
        ("from: roster\nrate: is_bot", ["measure-unknown-table"]),
        ("from: tickets\nrate: avg(rating) > 3", ["measure-bad-sql"]),
        ("from: tickets\nrate: created_at < now()", ["measure-bad-sql"]),
        ('from: tickets\nrate: "true"', ["measure-bad-sql"]),
        ("from: tickets\nrate: rating", ["measure-bad-type"]),
        ("from: tickets\nrate: {of: answered, over: rating}", ["measure-bad-type"]),
        ("from: tickets\nwhere: rating\nrate: answered", ["measure-bad-type"]),
        ("from: tickets\nrate: status = 'done'", ["measure-unknown-word"]),
        ("from: tickets\nrate: Rating >= 4", ["measure-unknown-column"]),
        ("from: tickets\nagent: status\nrate: answered", ["measure-bad-column"]),
        ("from: tickets\nat: rating\nrate: answered", ["measure-bad-column"]),
        ('from: tickets\nmean: status\nunit: "%"', ["measure-bad-type"]),
        ('from: tickets\nmean: answered\nunit: "%"', ["measure-bad-type"]),
        ('from: tickets\nmean: rating\nweighted_by: answered\nunit: "%"', ["measure-bad-type"]),
        ("from: tickets\nmean: first_reply_seconds", ["measure-bad-unit", "rubric-unit", "rubric-unit"]),
        ('from: tickets\nmean: first_reply_seconds\nunit: "%"', ["measure-bad-unit"]),
        ('from: tickets\nmean: resolved_at - created_at\nunit: "%"', ["measure-bad-unit"]),
        ('from: tickets\ncount: true\nunit: "%"', ["measure-bad-unit"]),
        ('from: agent_metrics\nmean: reply_rate\nunit: "%"', ["measure-unweighted"]),
        ('from: agent_metrics\nmean: reply_rate\nweighted_by: served_count\nunit: "%"', []),
        ('ratio: {of: {from: tickets, sum: rating}, to: {from: tickets, sum: replies}}\nunit: "%"',
         ["measure-unknown-column"]),
        ('from: tickets\nratio: {of: {sum: rating}, to: {count: true, where: spam}}\nunit: "%"',
         ["measure-unknown-column"]),
        ("derived: own", ["measure-cycle", "rubric-unit", "rubric-unit"]),
    ],
)  # fmt: skip
def test_measure(measure: str, codes: list[str], tmp_path: Path) -> None:
    text = rubric_text(line("own", ">= 90%"), measure)
    assert sorted(find_codes(text, tmp_path)) == sorted(codes)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("from: tickets\nwhere: spam\nrate: answered", (18, 12)),
        ("from: tickets\nrate: {of: answerd, over: answered}", (18, 16)),
        ("from: tickets\nrate: {of: answered, over: answerd}", (18, 32)),
        ("from: tickets\np90: handling\nunit: '%'", (18, 10)),
        ("from: tickets\nmean: rating\nunit: '%'\nweighted_by: replies", (20, 18)),
        ("from: tickets\nratio: {of: {sum: rating}, to: {sum: replies}}\nunit: '%'", (18, 42)),
        ("from: tickets\nat: create_at\nrate: answered", (18, 9)),
    ],
)
def test_place_of_an_unknown_column(measure: str, expected: tuple[int, int], tmp_path: Path) -> None:
    (problem,) = find_problems(rubric_text(line("own", ">= 90%"), measure), tmp_path)
    assert problem.code == "measure-unknown-column"
    assert place(problem)[1:] == expected


def test_relative_needs_a_direction(tmp_path: Path) -> None:
    text = rubric_text(line("own", None, "{relative: percentile}"), "from: tickets\ncount: true")
    assert find_codes(text, tmp_path) == ["rubric-direction", "rubric-relative"]


def test_weights_say_by_how_much_they_are_off(tmp_path: Path) -> None:
    text = rubric_text(line("csat", ">= 90%")).replace("    weight: 100", "    weight: 97.5", 1)
    total, part = find_problems(text, tmp_path)
    assert total.message == "the weights of the dimensions add up to 97.5, 2.5 less than 100"
    assert part.message.endswith("add up to 100, 2.5 more than its weight of 97.5")


def test_an_unreadable_weight_is_not_also_a_wrong_sum(tmp_path: Path) -> None:
    text = rubric_text(line("csat", ">= 90%").replace("weight: 100", "weight: many"))
    assert find_codes(text, tmp_path) == ["rubric-wrong-type"]


def test_grades(tmp_path: Path) -> None:
    text = rubric_text(line("csat", ">= 90%")).replace("min: 80", "min: 0")
    (problem,) = find_problems(text, tmp_path)
    assert (problem.code, place(problem)[1]) == ("rubric-bad-value", 10)
