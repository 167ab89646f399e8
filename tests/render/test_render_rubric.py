"""The scheme in words: every rule, kind of measure and policy, in both languages and three formats."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from render_sample import LANGS, check_golden

from csperf.problems import cell_width
from csperf.render.rubric import formula_text, render_rubric, rule_text
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.scheme import Rubric
from csperf.tables.kinds import EVERYONE


def _measure(name: str, kind: str, *terms: Aggregate, unit: str = "", better: Any = "higher", **more: Any) -> Measure:
    return Measure(
        name,
        kind,
        title={"zh-CN": f"{name} 指标", "en": name.replace("_", " ").capitalize()},
        definition="What it is\n  and what it leaves out.",
        source="seed 002",
        unit=unit,
        better=better,
        terms=terms,
        **more,
    )


def _term(kind: str, table: str = "tickets", **more: Any) -> Aggregate:
    return Aggregate(table, kind, "created_at", **more)


MEASURES = {
    measure.name: measure
    for measure in (
        _measure("csat", "rate", _term("rate", "surveys", value="rating >= 4"), unit="%"),
        _measure("timely", "rate", _term("rate", value="hours <= 24", over="is_due"), unit="%"),
        _measure("events", "count", _term("count", "events", where="kind = 'x' | y"), better="lower"),
        _measure("exam", "mean", _term("mean", "exams", value="score")),
        _measure("reply", "mean", _term("weighted_mean", value="seconds", weight="cases"), unit="s", better="lower"),
        _measure(
            "reply_p90",
            "percentile",
            _term("percentile", value="seconds", percentile=Fraction(9, 10)),
            unit="s",
        ),
        _measure("reply_mid", "median", _term("percentile", value="seconds", percentile=Fraction(1, 2)), unit="s"),
        _measure("per_hour", "ratio", _term("count"), _term("sum", "worktime", value="hours"), unit="/h"),
        _measure("uplift", "derived", formula="exam / reply - 1", parts=("exam", "reply"), unit="%"),
        _measure("most", "max", _term("max", value="score", window_days=60)),
        _measure("defects", "rate", _term("rate", "orders", value="is_defect", distinct="order_id", where="paid",
                 is_shared=True),
                 unit="%", better="lower", matures_days=7),
        _measure("review", "mean", _term("weighted_mean", "qa_reviews", value="score", weight="weight",
                 per="review_id", zero_if="critical_failed", trim=Fraction(1, 10))),
        _measure("health", "mean", _term("mean", "account_health", value="odr", agent=EVERYONE), unit="%"),
        _measure("solved", "count", _term("count")),
        _measure("baseline", "constant", unit="元", constant=Fraction(177, 2)),
        _measure("over", "derived", formula="defects / baseline", parts=("defects", "baseline")),
    )
}  # fmt: skip

RUBRIC = Rubric.model_validate(
    {
        "name": "sample",
        "version": "2",
        "title": {"zh-CN": "示例方案", "en": "A sample scheme"},
        "source": "seed 002",
        "description": "For tests.",
        "dimensions": {
            "quality": {
                "title": {"zh-CN": "质量", "en": "Quality"},
                "weight": 60,
                "indicators": {
                    "csat": {
                        "weight": 20,
                        "target": ">= 90%",
                        "score": {"deduct": 2, "per": "1%", "step": "completed"},
                        "small_sample": {"below": 10, "then": "team"},
                        "note": {"zh-CN": "满档才扣", "en": "whole steps"},
                    },
                    "timely": {
                        "weight": 10,
                        "target": ">= 95%",
                        "score": {"deduct": 1, "per": "1%", "step": "started"},
                    },
                    "events": {
                        "weight": 10,
                        "target": "<= 0",
                        "score": {"deduct": 2, "per": 1},
                        "missing": "hold",
                    },
                    "exam": {"weight": 20, "score": {"curve": {60: 0, 80: 60, 100: 100}}},
                },
            },
            "speed": {
                "weight": 40,
                "indicators": {
                    "reply": {
                        "weight": 8,
                        "target": "<= 30s",
                        "score": {"attain": {"cap": "80%"}},
                        "title": "首次响应",
                    },
                    "reply_p90": {
                        "weight": 8,
                        "score": {"bands": {"<= 30s": 100, "<= 60s": 62.5, "else": 0}},
                    },
                    "per_hour": {
                        "weight": 8,
                        "target": "20/h .. 40/h",
                        "score": {"deduct": "0.5", "per": "1/h", "step": "proportional"},
                    },
                    "uplift": {"weight": 8, "target": ">= 10%", "score": {"attain": {}}, "missing": "zero"},
                    "most": {"weight": 8, "score": {"relative": "percentile"}, "missing": "full"},
                },
            },
        },
        "grades": [
            {"name": "excellent", "title": {"zh-CN": "优秀"}, "min": 90},
            {"name": "qualified", "min": "70.5"},
            {"name": "unqualified", "title": {"zh-CN": "不合格"}, "min": 0},
        ],
    }
)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("format", "suffix"), [("table", "txt"), ("md", "md"), ("json", "json")])
def test_golden(request: pytest.FixtureRequest, format: Any, suffix: str, lang: str) -> None:
    check_golden(request, f"rubric.{lang}.{suffix}", render_rubric(RUBRIC, MEASURES, lang, format))


CLAUSES = Rubric.model_validate(
    {
        "name": "ours",
        "version": "1",
        "extends": "middle",
        "title": {"zh-CN": "本店方案", "en": "Our own"},
        "dimensions": {
            "quality": {
                "title": {"zh-CN": "质量", "en": "Quality"},
                "weight": 60,
                "indicators": {
                    "csat": {
                        "weight": 40,
                        "target": ">= 90%",
                        "team_target": ">= 92%",
                        "tiers": {"base": ">= 90%", "top": ">= 96%"},
                        "score": {"deduct": 2, "per": "1%", "step": "completed"},
                    },
                    "defects": {"weight": 20, "target": "< 1%", "score": {"attain": {}}},
                },
            },
            "volume": {
                "weight": 40,
                "indicators": {"solved": {"weight": 40, "target": ">= 100", "score": {"attain": {}}}},
            },
        },
        "grades": [{"name": "good", "title": {"zh-CN": "达标"}, "min": 80}, {"name": "poor", "min": 0}],
        "applies_to": ["agent", "lead"],
        "least_presence": "50%",
        "seasons": {
            "peak": {
                "title": {"zh-CN": "大促", "en": "Peak"},
                "months": ["*-06", "2025-11"],
                "dates": ["12-20 .. 01-05", "2025-08-01 .. 2025-08-20"],
                "weights": {"volume": "37.5", "quality": "62.5"},
            }
        },
        "roles": {
            "leads": {"roles": ["lead"], "weights": {"quality": 70, "volume": 30}, "targets": {"csat": ">= 95%"}},
            "new": {
                "title": "New",
                "roles": ["trainee", "temp"],
                "tiers": {"csat": {"base": ">= 80%", "top": ">= 90%"}, "solved": {}},
            },
        },
        "floors": [
            {"dimension": "quality", "min": "70%", "then": {"grade_at_most": "poor"}, "note": "quality first"},
            {"indicator": "csat", "target": ">= 80%", "then": {"grade_at_most": "poor"}},
        ],
        "tiers": [
            {"name": "base", "bonus": 50},
            {"name": "top", "title": "Top", "reward": {"zh-CN": "200 元", "en": "200 yuan"}, "bonus": "200.50"},
        ],
        "awards": {
            "star": {
                "title": {"zh-CN": "月度之星", "en": "Star"},
                "reward": "a day off",
                "when": {"score": ">= 90", "rank": "<= 1", "coverage": ">= 80%", "quality": ">= 50"},
            },
            "quick": {"when": {"reply": "<= 15s"}, "least_sample": 20, "bonus": 100},
            "team": {"title": "Team award", "of": "team", "grades": ["good"], "every": "quarter"},
        },
        "promotions": {
            "lead": {"title": {"zh-CN": "组长", "en": "Team lead"}, "top": "10%", "running": 3},
            "senior": {"grades": ["good"], "when": {"quality": ">= 50"}, "every": "year", "running": 2},
        },
        "coaching": {"again": {"grades": ["good", "poor"], "running": 2, "every": "quarter"}},
        "pay": {
            "currency": "CNY",
            "month": {"good": {"bonus": 300}},
            "year": {
                "good": {"change": "10%", "bonus": "1000.50"},
                "poor": {"change": "-2.5%", "then": {"zh-CN": "调岗", "en": "another post"}},
            },
        },
        "training": {
            "phrasing": {"title": {"zh-CN": "话术", "en": "Phrasing"}, "indicator": "csat", "slice": {"category": "x"}},
            "pace": {"title": "Pace", "dimension": "volume"},
        },
        "support": {"ability": "quality", "results": "volume", "high": "80%", "low": "75%", "offer": "a project"},
    }
)
_QUALITY = ("dimensions", "quality")
ORIGINS: dict[tuple[str | int, ...], str] = {
    ("title",): "ours",
    ("grades",): "base",
    ("floors",): "ours",
    (*_QUALITY, "title"): "base",
    (*_QUALITY, "weight"): "ours",
    (*_QUALITY, "indicators", "csat", "weight"): "ours",
    (*_QUALITY, "indicators", "csat", "target"): "ours",
    (*_QUALITY, "indicators", "csat", "tiers"): "middle",
    (*_QUALITY, "indicators", "csat", "score"): "base",
    (*_QUALITY, "indicators", "csat", "team_target"): "base",
    (*_QUALITY, "indicators", "defects", "weight"): "base",
    (*_QUALITY, "indicators", "defects", "target"): "base",
    ("dimensions", "volume", "weight"): "ours",
    ("dimensions", "volume", "indicators", "solved", "weight"): "ours",
    ("seasons", "peak", "weights"): "ours",
    ("seasons", "peak", "months"): "base",
    ("roles", "leads", "roles"): "middle",
    ("awards", "star", "when"): "middle",
    ("promotions", "lead", "top"): "ours",
    ("promotions", "lead", "running"): "base",
    ("pay",): "middle",
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("format", "suffix"), [("table", "txt"), ("md", "md"), ("json", "json")])
def test_golden_of_an_extending_rubric_with_every_clause(
    request: pytest.FixtureRequest, format: Any, suffix: str, lang: str
) -> None:
    shown = render_rubric(CLAUSES, MEASURES, lang, format, origins=ORIGINS)
    check_golden(request, f"rubric-clauses.{lang}.{suffix}", shown)


def test_where_a_line_is_written() -> None:
    outline = json.loads(render_rubric(CLAUSES, MEASURES, "en", "json", origins=ORIGINS))
    quality, volume = outline["dimensions"]
    csat, defects = quality["indicators"]
    assert csat["written"] == "weight, target here; tiers in middle; the rest in base"
    assert csat["written_in"]["tiers"] == "middle"
    assert (defects["written"], volume["indicators"][0]["written"]) == ("all in base", "all here")
    assert (quality["written"], outline["written"]) == (
        "weight here; title in base", "title, floors here; grades in base; pay in middle",
    )  # fmt: skip
    assert (outline["seasons"][0]["written"], outline["roles"][1]["written"]) == (
        "weights here; the rest in base", None,
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80, 140])
def test_text_fits_the_width(width: int, lang: str) -> None:
    shown = render_rubric(RUBRIC, MEASURES, lang, width=width)
    shown += render_rubric(CLAUSES, MEASURES, lang, width=width, origins=ORIGINS)
    for line in shown.splitlines():
        assert cell_width(line) <= width, line


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (
            "csat",
            "start with 20 points; −2 for each completed 1% below 90%; never below 0",
            "满分 20 分；低于 90% 时，每满 1% 扣 2 分，不足 1% 不扣；最低 0 分",
        ),
        (
            "timely",
            "start with 10 points; −1 for each started 1% below 95%; never below 0",
            "满分 10 分；低于 95% 时，每 1% 扣 1 分，不足 1% 按 1% 计；最低 0 分",
        ),
        (
            "events",
            "start with 10 points; −2 for each 1 above 0; never below 0",
            "满分 10 分；高于 0 时，每 1 扣 2 分；最低 0 分",
        ),
        (
            "exam",
            "0 points at 60, 12 points at 80, 20 points at 100; straight lines between these values, flat outside them",
            "60 得 0 分、80 得 12 分、100 得 20 分；各值之间按直线计算，两端以外不再变化",
        ),
        ("reply", "8 points × 30s ÷ value, at most 6.4 points", "8 分 × 30s ÷ 实际值，最多 6.4 分"),
        (
            "reply_p90",
            "the first that holds decides: <= 30s: 8 points; <= 60s: 5 points; otherwise: 0 points",
            "从前往后，以先满足的为准：<= 30s 得 8 分；<= 60s 得 5 分；其余得 0 分",
        ),
        (
            "per_hour",
            "start with 8 points; −0.5 for each 1/h outside 20/h .. 40/h, in proportion; never below 0",
            "满分 8 分；超出 20/h .. 40/h 的范围时，每 1/h 扣 0.5 分，不足 1/h 按比例扣；最低 0 分",
        ),
        ("uplift", "8 points × value ÷ 10%, at most 8 points", "8 分 × 实际值 ÷ 10%，最多 8 分"),
        (
            "most",
            "8 points × the share of colleagues whose value is worse (equal ones count half)",
            "8 分 × 数值不如本人的同事所占比例（相同的按一半计）",
        ),
    ],
)
def test_score_rules_in_words(name: str, english: str, chinese: str) -> None:
    indicator = RUBRIC.find_indicator(name)
    assert indicator
    assert rule_text(indicator, "en") == english
    assert rule_text(indicator, "zh-CN") == chinese


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("csat", "rows where rating >= 4 ÷ rows where this can be told"),
        ("timely", "rows where hours <= 24 ÷ rows where is_due"),
        ("events", "number of rows, only rows where kind = 'x' | y"),
        ("exam", "sum of score ÷ number of rows that have it"),
        ("reply", "sum of seconds × cases ÷ sum of cases"),
        ("reply_p90", "the value of seconds that 90% of the rows do not exceed"),
        ("reply_mid", "middle value (median) of seconds"),
        ("per_hour", "(number of rows) ÷ (sum of hours)"),
        (
            "uplift",
            "exam / reply - 1; exam = sum of score ÷ number of rows that have it; "
            "reply = sum of seconds × cases ÷ sum of cases",
        ),
        ("most", "highest score"),
        ("defects", "rows where is_defect ÷ rows where this can be told, each order_id counted once, "
         "only rows where paid"),
        ("review", "mean over each review_id of (sum of score × weight ÷ sum of weight), 0 for a review_id with any "
         "row where critical_failed, without the highest and the lowest 10%"),
        ("baseline", "88.5, as the scheme states"),
    ],
)  # fmt: skip
def test_formulas_in_words(name: str, formula: str) -> None:
    assert formula_text(MEASURES[name], MEASURES, "en") == formula


def test_json_tells_what_the_text_tells() -> None:
    outline = json.loads(render_rubric(RUBRIC, MEASURES, "en", "json"))
    assert [grade["min"] for grade in outline["grades"]] == [90, 70.5, 0]
    assert outline["dimensions"][0]["indicators"][0]["small_sample"] == (
        "fewer than 10: scored with the value of the whole team"
    )
    assert outline["dimensions"][1]["title"] == "speed"


def test_md_does_not_read_conditions_as_markup() -> None:
    assert r"kind = 'x' \| y" in render_rubric(RUBRIC, MEASURES, "en", "md")


def test_data_of_everybody_and_when_it_is_final() -> None:
    outline = json.loads(render_rubric(CLAUSES, MEASURES, "en", "json"))
    defects = outline["dimensions"][0]["indicators"][1]
    assert defects["matures"] == "7 days after the end of the period"
    indicators = {name: {"weight": 50, "score": {"relative": "percentile"}} for name in ("health", "over")}
    said = {"all": {"weight": 100, "indicators": indicators}}
    rubric = RUBRIC.model_copy(update={"dimensions": Rubric.model_validate(
        {**RUBRIC.model_dump(include={"name", "version", "title", "grades"}), "dimensions": said}
    ).dimensions})  # fmt: skip
    health, over = json.loads(render_rubric(rubric, MEASURES, "en", "json"))["dimensions"][0]["indicators"]
    assert health["data"] == "account_health (period by created_at, the shop's value for everybody)"
    assert over["matures"] == "7 days after the end of the period"
