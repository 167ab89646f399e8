"""The clauses beside the indicators: what is wrong with them is said at its place, all of it in one run."""

from pathlib import Path

import pytest
from rubric_sample import find_codes, find_problems, load_text, marked, place, rubric_text

RUBRIC = """\
name: demo
version: "1"
title: Demo
dimensions:
  quality:
    weight: 60
    indicators:
      csat: {weight: 40, target: ">= 90%", score: {deduct: 2, per: 1%, step: completed}CSAT}
      complaint_count: {weight: 20, target: "<= 0", score: {deduct: 5, per: 1}COUNT}
  speed:
    weight: 40
    indicators:
      first_response: {weight: 40, target: "<= 30s", score: {attain: {}}}
grades:
  - {name: good, min: 80}
  - {name: fair, min: 60}
  - {name: poor, min: 0}
tiers:
  - {name: base}
  - {name: challenge}
"""


def text(clauses: str = "", csat: str = "", count: str = "") -> str:
    said = [f", {extra}" if extra else "" for extra in (csat, count)]
    return RUBRIC.replace("CSAT", said[0]).replace("COUNT", said[1]) + clauses


ALL_CLAUSES = """\
applies_to: [agent, lead]
least_presence: 50%
seasons:
  peak: {months: ["*-11"], dates: ["12-20 .. 01-05"], weights: {quality: 52, speed: 48}}
  sale: {months: ["2025-06"], weights: {quality: 50, speed: 50}}
roles:
  leads: {roles: [lead], weights: {quality: 70, speed: 30}, targets: {csat: ">= 95%", first_response: "<= 1min"}}
  new: {roles: [trainee], targets: {complaint_count: "<= 1"}, tiers: {csat: {base: ">= 80%"}, first_response: {}}}
floors:
  - {dimension: quality, min: 70%, then: {grade_at_most: fair}}
  - {indicator: csat, target: ">= 80%", then: {grade_at_most: poor}}
awards:
  star: {when: {rank: "<= 1", score: ">= 90", coverage: ">= 80%", quality: ">= 50", csat: ">= 95%"}}
  quick: {when: {average_response: "<= 15s"}, least_sample: 20, bonus: 200}
  team: {of: team, when: {rank: "<= 1"}, every: quarter, bonus: 1000.5}
promotions:
  lead: {top: 10%, running: 3}
  senior: {grades: [good], every: year, running: 2, bonus: 500}
coaching:
  again: {grades: [poor], running: 2}
pay:
  currency: CNY
  month: {good: {bonus: 300}, poor: {change: -5%}}
  year: {good: {change: 10%, bonus: 1000}, fair: {change: 0%}, poor: {then: {zh-CN: 调岗, en: another post}}}
rollup: {method: mean, least_months: 50%}
training:
  phrasing: {title: Phrasing, indicator: csat, slice: {category: 物流}}
  pace: {title: Pace, dimension: speed}
support: {ability: quality, results: speed, high: 80%, low: 75%, offer: a project}
"""
CSAT_EXTRA = 'team_target: ">= 92%", tiers: {base: ">= 90%", challenge: ">= 95%"}'


def test_all_of_it_is_fine(tmp_path: Path) -> None:
    loaded = load_text(text(ALL_CLAUSES, CSAT_EXTRA, "prorate: false"), tmp_path)
    assert loaded.warnings == ()
    assert list(loaded.rubric.seasons["peak"].weights.values()) == [52, 48]


def test_measures_of_awards_are_made_ready_too(tmp_path: Path) -> None:
    quick = "awards:\n  quick: {when: {own: '<= 2', rank: '<= 3', speed: '>= 30'}}\nmeasures:\n"
    own = "  own: {title: t, definition: d, source: s, derived: average_response / first_response}\n"
    loaded = load_text(text(quick + own), tmp_path)
    assert set(loaded.measures) == {"csat", "complaint_count", "first_response", "average_response", "own"}
    assert list(loaded.measures)[-1] == "own"
    assert loaded.warnings == ()


def test_a_scheme_states_its_own_constant(tmp_path: Path) -> None:
    own = "measures:\n  usual: {title: t, definition: d, source: s, constant: 88.5, unit: 元}\n"
    uplift = "  uplift: {title: t, definition: d, source: s, derived: average_order_value / usual - 1, unit: '%'}\n"
    award = "awards:\n  seller: {when: {uplift: '>= 10%'}}\n"
    measure = load_text(text(own + uplift + award), tmp_path).measures["usual"]
    assert (str(measure.constant), measure.unit) == ("177/2", "元")


@pytest.mark.parametrize(
    ("clauses", "code", "mark"),
    [
        ("seasons: {a: {months: ['*-11'], weights: {quality: 60, speed: 39.5}}}", "rubric-weights", "weights"),
        ("seasons: {a: {months: ['*-11'], weights: {quality: 100}}}", "rubric-weights", "weights"),
        ("seasons: {a: {months: ['*-11'], weights: {quality: 60, sped: 40, speed: 40}}}", "rubric-unknown-name",
         "sped"),
        ("seasons: {a: {months: [nov], weights: {quality: 60, speed: 40}}}", "rubric-bad-value", "nov"),
        ("seasons: {a: {dates: [11-11], weights: {quality: 60, speed: 40}}}", "rubric-bad-value", "11-11"),
        ("seasons: {a: {weights: {quality: 60, speed: 40}}}", "rubric-bad-value",
         "{weights: {quality: 60, speed: 40}}"),
        ("seasons: {a: {months: ['*-11'], weights: {quality: 60, speed: 40}},"
         " b: {dates: ['11-30 .. 12-02'], weights: {quality: 60, speed: 40}}}", "rubric-season-overlap", "b"),
        ("roles: {a: {roles: [x], weights: {quality: 60, speed: 41}}}", "rubric-weights", "weights"),
        ("roles: {a: {roles: [x, z]}, b: {roles: [y, x]}}", "rubric-role-twice", "x"),
        ("roles: {a: {roles: [x], targets: {csta: '>= 90%'}}}", "rubric-unknown-name", "csta"),
        ("roles: {a: {roles: [x], targets: {csat: '>= 90'}}}", "rubric-unit", "'>= 90'"),
        ("roles: {a: {roles: [x], targets: {csat: '<= 90%'}}}", "rubric-direction", "'<= 90%'"),
        ("roles: {a: {roles: [x], targets: {first_response: 10s .. 20s}}}", "rubric-bad-target", "10s .. 20s"),
        ("roles: {a: {roles: [x], targets: {complaint_count: <= 0.5}}}", "rubric-step-missing", "complaint_count"),
        ("roles: {a: {roles: [x], tiers: {csta: {}}}}", "rubric-unknown-name", "csta"),
        ("roles: {a: {roles: [x], tiers: {csat: {bse: '>= 90%'}}}}", "rubric-unknown-name", "bse"),
        ("roles: {a: {roles: [x], tiers: {csat: {base: '>= 90'}}}}", "rubric-unit", "'>= 90'"),
        ("roles: {a: {roles: [x], tiers: {csat: {base: '<= 90%'}}}}", "rubric-direction", "'<= 90%'"),
        ("roles: {a: {roles: [x], tiers: {csat: {base: '>= 90%', challenge: '>= 85%'}}}}", "rubric-tier-order",
         "'>= 85%'"),
        ("floors: [{dimension: qality, min: 70%, then: {grade_at_most: fair}}]", "rubric-unknown-name", "qality"),
        ("floors: [{dimension: quality, min: 70, then: {grade_at_most: fair}}]", "rubric-bad-value", "70"),
        ("floors: [{dimension: quality, min: 101%, then: {grade_at_most: fair}}]", "rubric-bad-value", "101%"),
        ("floors: [{dimension: quality, then: {grade_at_most: fair}}]", "rubric-bad-value",
         "{dimension: quality, then: {grade_at_most: fair}}"),
        ("floors: [{dimension: quality, indicator: csat, min: 7%, target: '>= 8%', then: {grade_at_most: fair}}]",
         "rubric-bad-value",
         "{dimension: quality, indicator: csat, min: 7%, target: '>= 8%', then: {grade_at_most: fair}}"),
        ("floors: [{indicator: sat, target: '>= 80%', then: {grade_at_most: fair}}]", "rubric-unknown-name", "sat"),
        ("floors: [{indicator: csat, target: '>= 80', then: {grade_at_most: fair}}]", "rubric-unit", "'>= 80'"),
        ("floors: [{indicator: csat, target: '<= 80%', then: {grade_at_most: fair}}]", "rubric-direction", "'<= 80%'"),
        ("floors: [{dimension: quality, min: 70%, then: {grade_at_most: far}}]", "rubric-unknown-name", "far"),
        ("floors: [{dimension: quality, min: 70%, then: {grade_at_most: good}}]", "rubric-floor-no-effect", "good"),
        ("awards: {a: {when: {points: '>= 90'}}}", "rubric-unknown-name", "points"),
        ("awards: {a: {when: {score: '>= 90%'}}}", "rubric-unit", "'>= 90%'"),
        ("awards: {a: {when: {coverage: '>= 80'}}}", "rubric-unit", "'>= 80'"),
        ("awards: {a: {when: {quality: '>= 80%'}}}", "rubric-unit", "'>= 80%'"),
        ("awards: {a: {when: {average_response: '<= 15'}}}", "rubric-unit", "'<= 15'"),
        ("awards: {a: {when: {}}}", "rubric-bad-value", "{when: {}}"),
        ("awards: {a: {grades: [god]}}", "rubric-unknown-name", "god"),
        ("awards: {a: {top: 10%, running: 0}}", "rubric-bad-value", "0"),
        ("awards: {a: {top: 10%, bonus: 5}}", "rubric-no-currency", "5"),
        ("awards: {a: {top: 10%, bonus: -5}}\npay: {currency: CNY}", "rubric-bad-value", "-5"),
        ("awards: {a: {top: 10%, bonus: 0.5}}\npay: {currency: JPY}", "rubric-money-decimals", "0.5"),
        ("awards: {a: {top: 10%, bonus: 0.0005}}\npay: {currency: KWD}", "rubric-bad-value", "0.0005"),
        ("promotions: {a: {top: 10}}", "rubric-bad-value", "10"),
        ("promotions: {a: {when: {points: '>= 90'}}}", "rubric-unknown-name", "points"),
        ("promotions: {a: {when: {rank: <= 1}, of: team}}", "rubric-team-rule", "team"),
        ("promotions: {a: {top: 10%, every: week}}", "rubric-bad-value", "week"),
        ("coaching: {a: {grades: [poor], of: team}}", "rubric-team-rule", "team"),
        ("coaching: {a: {grades: [por]}}", "rubric-unknown-name", "por"),
        ("coaching: {a: {grades: [poor], bonus: 5}}", "rubric-coaching-bonus", "bonus"),
        ("pay: {currency: CNY, month: {god: {bonus: 5}}}", "rubric-unknown-name", "god"),
        ("pay: {currency: CNY, year: {good: {change: 10}}}", "rubric-bad-value", "10"),
        ("pay: {currency: JPY, year: {good: {bonus: 9.5}}}", "rubric-money-decimals", "9.5"),
        ("pay: {currency: CNY, year: {good: {bonus: 9.005}}}", "rubric-money-decimals", "9.005"),
        ("pay: {currency: yuan}", "rubric-bad-value", "yuan"),
        ("pay: {month: {good: {bonus: 5}}}", "rubric-missing-key", "pay"),
        ("training: {a: {title: A, indicator: sat}}", "rubric-unknown-name", "sat"),
        ("training: {a: {title: A, dimension: qality}}", "rubric-unknown-name", "qality"),
        ("training: {a: {title: A}}", "rubric-bad-value", "{title: A}"),
        ("training: {a: {title: A, dimension: quality, slice: {category: x}}}", "rubric-bad-value",
         "{title: A, dimension: quality, slice: {category: x}}"),
        ("support: {ability: qality, results: speed, high: 80%, low: 75%}", "rubric-unknown-name", "qality"),
        ("support: {ability: quality, results: sped, high: 80%, low: 75%}", "rubric-unknown-name", "sped"),
        ("support: {ability: quality, results: quality, high: 80%, low: 75%}", "rubric-support", "quality"),
        ("support: {ability: quality, results: speed, high: 75%, low: 75%}", "rubric-support", "75%"),
        ("rollup: {method: median}", "rubric-bad-value", "median"),
        ("rollup: {least_months: 0%}", "rubric-bad-value", "0%"),
        ("least_presence: 50", "rubric-bad-value", "50"),
        ("least_presence: 0%", "rubric-bad-value", "0%"),
        ("least_presence: 101%", "rubric-bad-value", "101%"),
    ],
)  # fmt: skip
def test_clause(clauses: str, code: str, mark: str, tmp_path: Path) -> None:
    (problem,) = find_problems(text(clauses + "\n"), tmp_path)
    assert (problem.code, marked(problem), place(problem)[1]) == (code, mark, 21)
    assert problem.hint


@pytest.mark.parametrize(
    ("csat", "count", "code", "mark"),
    [
        ("team_target: '>= 90'", "", "rubric-unit", "'>= 90'"),
        ("team_target: '<= 90%'", "", "rubric-direction", "'<= 90%'"),
        ("prorate: true", "", "rubric-prorate", "true"),
        ("prorate: false", "", "rubric-prorate", "false"),
        ("tiers: {bse: '>= 90%'}", "", "rubric-unknown-name", "bse"),
        ("tiers: {base: '>= 90'}", "", "rubric-unit", "'>= 90'"),
        ("tiers: {base: '<= 90%'}", "", "rubric-direction", "'<= 90%'"),
        ("tiers: {challenge: '>= 90%', base: '>= 95%'}", "", "rubric-tier-order", "'>= 90%'"),
        ("tiers: {challenge: '>= 90%', base: '>= 90%'}", "", None, None),
        ("", "tiers: {base: '<= 1', challenge: '<= 2'}", "rubric-tier-order", "'<= 2'"),
        # a team's count per head is not whole, and its begun step counts in proportion
        ("", "team_target: '<= 0.5', prorate: true", None, None),
    ],
)
def test_indicator_extras(csat: str, count: str, code: str | None, mark: str | None, tmp_path: Path) -> None:
    found = [(problem.code, marked(problem)) for problem in find_problems(text("", csat, count), tmp_path)]
    assert found == ([(code, mark)] if code else [])


def test_a_floor_on_a_measure_that_is_no_indicator(tmp_path: Path) -> None:
    floor = "floors: [{indicator: MEASURE, target: '>= 80%', then: {grade_at_most: fair}}]\n"
    (problem,) = find_problems(text(floor.replace("MEASURE", "survey_answer_rate")), tmp_path)
    assert (problem.code, marked(problem)) == ("rubric-unknown-name", "survey_answer_rate")
    assert problem.message == '"survey_answer_rate" is a measure, but no indicator of this rubric'


def test_repeated_tiers(tmp_path: Path) -> None:
    assert find_codes(text("  - {name: base}\n"), tmp_path) == ["rubric-repeated-name"]


def test_one_slip_hides_no_other(tmp_path: Path) -> None:
    clauses = (
        "seasons: {a: {months: ['*-11'], wieghts: {}, weights: {quality: 60}}, b: {months: [x], weights: {sped: 1}}}\n"
        "roles: {a: {roles: [x], targets: {csat: 9, sped: '> 1'}}}\n"
        "floors: [{dimension: x, min: 70%, then: {grade_at_most: y}}, {dimension: quality, min: 70}]\n"
        "awards: {a: {when: {sped: '> 1', csat: '>= 9'}, reward: 5}}\n"
    )
    assert sorted(find_codes(text(clauses, "tiers: {z: '>= 9'}"), tmp_path)) == sorted(
        [
            "rubric-unknown-key", "rubric-weights",  # season a
            "rubric-bad-value", "rubric-unknown-name",  # season b
            "rubric-bad-value", "rubric-unknown-name",  # roles
            "rubric-unknown-name", "rubric-unknown-name", "rubric-bad-value", "rubric-missing-key",  # floors
            "rubric-unknown-name", "rubric-unit", "rubric-wrong-type",  # award
            "rubric-unknown-name", "rubric-unit",  # tier
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "extra", "expected"),
    [
        ("from: tickets\ncount: true\nbetter: higher", "", True),
        ("from: worktime\nsum: hours\nbetter: higher", "", True),
        ("from: tickets\ncount: true", "", True),  # the target says which way is better
        ("from: tickets\ncount: true\nbetter: higher", ", prorate: false", False),
        ("from: tickets\nrate: answered\nbetter: higher", "", False),
        ("from: tickets\ncount: true\nwindow: 60d\nbetter: higher", "", False),
        ("from: tickets\ncount: true\nagent: everyone\nbetter: higher", "", False),
        ("ratio: {of: {from: tickets, count: true}, to: {from: worktime, sum: hours}}\nbetter: higher", "", False),
    ],
)
def test_what_is_judged_on_a_full_period(measure: str, extra: str, expected: bool, tmp_path: Path) -> None:
    unit = "%" if "rate:" in measure else ""
    indicator = f"own: {{weight: 100, target: '>= 10{unit}', score: {{attain: {{}}}}{extra}}}"
    loaded = load_text(rubric_text(indicator, measure), tmp_path)
    ((_, _, own),) = loaded.rubric.indicators()
    assert own.is_prorated(loaded.measures["own"]) is expected


@pytest.mark.parametrize(
    ("measure", "why"),
    [
        ("from: tickets\ncount: true\nwindow: 60d", "presence is a share of the period, and not of the 60 days"),
        ("from: tickets\ncount: true\nagent: everyone", "the whole shop's number does not grow with the days"),
        ("from: tickets\nrate: answered", "a rate does not grow with the days"),
    ],
)
def test_what_cannot_be_judged_on_a_full_period(measure: str, why: str, tmp_path: Path) -> None:
    unit = "%" if "rate:" in measure else ""
    indicator = f"own: {{weight: 100, target: '>= 10{unit}', score: {{attain: {{}}}}, prorate: true}}"
    (problem,) = find_problems(rubric_text(indicator, measure), tmp_path)
    assert (problem.code, marked(problem)) == ("rubric-prorate", "true")
    assert problem.message.startswith(f'indicator "own": {why}')


def test_fewer_is_better_and_is_not_judged_on_a_full_period(tmp_path: Path) -> None:
    ((_, _, _), (_, _, count), _) = (loaded := load_text(text(), tmp_path)).rubric.indicators()
    assert not count.is_prorated(loaded.measures["complaint_count"])
    ((_, _, _), (_, _, count), _) = (loaded := load_text(text(count="prorate: true"), tmp_path)).rubric.indicators()
    assert count.is_prorated(loaded.measures["complaint_count"])
