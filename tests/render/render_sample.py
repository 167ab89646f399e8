"""A hand-built score table with what makes rendering hard, and the comparison with golden files."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from csperf.scoring.cards import (
    Agent,
    Applied,
    CardOutcome,
    DimensionScore,
    IndicatorScore,
    Number,
    Scorecard,
    ScoreTable,
    SourceCounts,
    SourceFile,
    Status,
    Title,
    Words,
    words,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "render"
LANGS = ("en", "zh-CN")


def check_golden(request: Any, name: str, actual: str) -> None:
    """Compare with a golden file byte by byte; `--update-golden` rewrites it."""
    path = GOLDEN / name
    if request.config.getoption("--update-golden", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(actual.encode())
    assert actual == path.read_bytes().decode(), f"{name} differs; review it with --update-golden and the diff"


def build_table() -> ScoreTable:
    """Five agents: a tie, a name that looks like a formula, no name at all, one without a score."""
    return ScoreTable(
        label="2025-06",
        start="2025-06-01T00:00:00+08:00",
        end="2025-07-01T00:00:00+08:00",
        zone="Asia/Shanghai",
        rubric_name="aftersales-60-20-20",
        rubric_version="1",
        rubric_sha256="0" * 64,
        rubric_title={"zh-CN": "售后绩效考核 6:2:2", "en": "After-sales performance 60/20/20"},
        grade_titles={
            "excellent": {"zh-CN": "优秀", "en": "Excellent"},
            "qualified": {"zh-CN": "合格"},
            "unqualified": {"zh-CN": "不合格"},
        },
        dimension_titles={
            "performance": {"zh-CN": "工作业绩", "en": "Performance"},
            "attitude": {"zh-CN": "工作态度", "en": "Attitude"},
        },
        indicator_titles={
            "csat": {"zh-CN": "客户满意度", "en": "Customer satisfaction"},
            "first_response": {"zh-CN": "首次响应时长", "en": "First response time"},
            "complaint_success": {"zh-CN": "投诉处理成功率", "en": "Complaints handled successfully"},
            "responsibility_events": None,
        },
        sources=(
            SourceCounts("surveys", (SourceFile("exports/surveys-2025-06.csv", "a" * 64),), 812, 790, 18, 3, 1),
            SourceCounts("events", (SourceFile("exports/events.csv"),), 12, 12, 0, 0, 0),
        ),
        cards=(
            _card(
                "A007",
                "王小明",
                "售后一组",
                1,
                "98.00",
                "excellent",
                _csat(49, 50, "40.00", words("target-reached", target=">= 90%")),
                _response("20.5", "20.00"),
                _complaints(17, 18, "20.00"),
                _events(1, "18.00"),
            ),
            _card(
                "A003",
                "李娜",
                "售后一组",
                2,
                "86.00",
                "qualified",
                _csat_short(),
                _response("31.25", "14.00"),
                _complaints(11, 12, "20.00"),
                _events(2, "16.00"),
            ),
            _card(
                "A0010",
                '=HYPERLINK("http://example.com")',
                "售后二组",
                2,
                "86.00",
                "qualified",
                _csat_short(),
                _response("30", "20.00"),
                _complaints(None, None, "20.00"),
                _events(5, "10.00"),
            ),
            _card(
                "A001",
                None,
                None,
                4,
                "66.34",
                "unqualified",
                _csat_thin(),
                _response("45.1", "24.34", "40.00"),
                _complaints(2, 3, "32.00", "40.00"),
                _events(5, "10.00"),
                coverage="0.6",
                notes=(words("note-scored-on", scored="60"),),
            ),
            _card(
                "A009",
                "欧阳|晓·Elizabeth",
                "售后二组",
                None,
                None,
                None,
                _csat_thin(),
                _response(None, None),
                _complaints(None, None, None),
                _events(0, "100.00"),
                coverage="0.2",
                notes=(words("note-low-coverage", scored="20"),),
            ),
        ),
        warnings=(words("no-team-value"),),
    )


def build_running_table() -> ScoreTable:
    """The same agents in a month that is not over, in a season, with all that can follow from a card."""
    table = build_table()
    best, floored, plain, brief, thin = table.cards
    csat, *others = floored.indicators
    csat = replace(csat, tier="base", needed=words("needed-hits", count=Number("10")))
    base = words("tier-reached", indicator=Title("csat", table.indicator_titles["csat"]), value="88%", target=">= 85%")
    below = words(
        "floor-dimension", dimension=Title("performance", table.dimension_titles["performance"]),
        points="54.00", max="80.00", share="67.50%", floor="70%",
        earned=Title("qualified", table.grade_titles["qualified"]),
        grade=Title("unqualified", table.grade_titles["unqualified"]),
    )  # fmt: skip
    star = words("award-rank", value="1", condition="<= 1")
    tier_title, star_title = {"zh-CN": "基础", "en": "Base"}, {"zh-CN": "本月之星", "en": "Star of the month"}
    reward = {"zh-CN": "奖金 500 元", "en": "500 yuan"}
    cards = (
        replace(
            best,
            variant="senior",
            outcomes=(CardOutcome("award", "star", (star,), None, star_title, reward),),
        ),
        replace(
            floored,
            grade="unqualified",
            indicators=(csat, *others),
            outcomes=(
                CardOutcome("tier", "base", (base,), "csat", tier_title),
                CardOutcome("floor", "performance", (below,)),
            ),
        ),
        plain,
        replace(
            brief,
            agent=replace(brief.agent, presence=Fraction(13, 30)),
            rank=None,
            notes=(*brief.notes, words("note-short-presence", presence="43.33%", least="50%")),
        ),
        thin,
    )
    return replace(
        table,
        cards=cards,
        season="peak",
        season_title={"zh-CN": "旺季", "en": "Peak season"},
        variant_titles={"senior": {"zh-CN": "资深客服", "en": "Senior agents"}},
        as_of="2025-06-12",
        days_left=18,
        provisional=(
            words("counted-up-to", as_of="2025-06-12", days_left=Number(18)),
            words("still-maturing", measure="fcr_no_repeat", source="tickets", last="2025-06-12", final="2025-07-08"),
        ),
    )


def build_team_table() -> ScoreTable:
    """Two teams in place of agents."""
    table = build_table()
    one, two = table.cards[:2]
    units = (
        replace(one, agent=Agent("售后一组", team="售后一组", presence=Fraction(59, 10), members=6)),
        replace(two, agent=Agent("售后二组", team="售后二组", presence=Fraction(1), members=1)),
    )
    return replace(table, cards=units, by="team")


def _card(
    agent_id: str,
    name: str | None,
    team: str | None,
    rank: int | None,
    score: str | None,
    grade: str | None,
    *indicators: IndicatorScore,
    coverage: str = "1",
    notes: tuple[Words, ...] = (),
) -> Scorecard:
    def total(dimension: str, weight: int) -> DimensionScore:
        own = [line for line in indicators if line.dimension == dimension]
        points = [line.points for line in own if line.points is not None]
        return DimensionScore(
            dimension,
            Decimal(weight),
            sum((line.max_points for line in own), Decimal("0.00")),
            sum(points, Decimal("0.00")) if points else None,
        )

    return Scorecard(
        Agent(agent_id, name, team),
        None if score is None else Decimal(score),
        grade,
        rank,
        Decimal(coverage),
        (total("performance", 80), total("attitude", 20)),
        tuple(indicators),
        notes,
    )


def _line(
    name: str,
    dimension: str,
    unit: str,
    value: Fraction | None,
    pair: tuple[int | None, int | None],
    size: int,
    target: str | None,
    weight: int,
    points: str | None,
    *reason: Words,
    status: Status = "ok",
    policy: Applied | None = None,
    maximum: str | None = None,
    steps: tuple[Words, ...] = (),
) -> IndicatorScore:
    numerator, denominator = (None if part is None else Fraction(part) for part in pair)
    return IndicatorScore(
        name=name,
        dimension=dimension,
        unit=unit,
        value=value,
        numerator=numerator,
        denominator=denominator,
        sample_size=size,
        target=target,
        weight=Decimal(weight),
        max_points=Decimal(maximum or f"{weight}.00"),
        points=None if points is None else Decimal(points),
        status=status,
        policy=policy,
        reason=reason,
        steps=steps,
    )


def _csat(hits: int, answers: int, points: str, reason: Words, steps: tuple[Words, ...] = ()) -> IndicatorScore:
    return _line(
        "csat",
        "performance",
        "%",
        Fraction(hits, answers),
        (hits, answers),
        answers,
        ">= 90%",
        40,
        points,
        reason,
        steps=steps,
    )


def _csat_short() -> IndicatorScore:
    two = Number("2")
    return _csat(
        44,
        50,
        "36.00",
        words("short-completed", amount="2.00%", steps=two, per="1%", points=two),
        (
            words("step-value-ratio", numerator="44", denominator="50", value="88.00%"),
            words("step-target", target=">= 90%"),
            words("step-short", bound="90%", value="88.00%", amount="2.00%"),
            words("step-completed", amount="2.00%", per="1%", quotient=two, steps=two),
            words("step-off", steps=two, deduct=two, off=Number("4")),
            words("step-left", weight=Number("40"), off=Number("4"), points="36.00"),
        ),
    )


def _csat_thin() -> IndicatorScore:
    return _line(
        "csat",
        "performance",
        "%",
        Fraction(2, 3),
        (2, 3),
        3,
        ">= 90%",
        40,
        None,
        words("small_sample-exclude", size=Number("3"), below=Number("10")),
        status="small_sample",
        policy="exclude",
        maximum="0.00",
    )


def _response(seconds: str | None, points: str | None, maximum: str = "20.00") -> IndicatorScore:
    if seconds is None:
        return _line(
            "first_response",
            "performance",
            "s",
            None,
            (None, None),
            0,
            "<= 30s",
            20,
            None,
            words("missing-exclude"),
            status="missing",
            policy="exclude",
            maximum="0.00",
        )
    return _line(
        "first_response",
        "performance",
        "s",
        Fraction(seconds),
        (None, None),
        1234,
        "<= 30s",
        20,
        points,
        words("of-weight", value=f"{seconds} s", share="75%"),
        maximum=maximum,
    )


def _complaints(resolved: int | None, total: int | None, points: str | None, maximum: str = "20.00") -> IndicatorScore:
    if resolved is None or total is None:
        return _line(
            "complaint_success",
            "performance",
            "%",
            None,
            (0, 0),
            0,
            ">= 85%",
            20,
            points,
            words("missing-full" if points else "missing-exclude"),
            status="missing",
            policy="full" if points else "exclude",
            maximum=points or "0.00",
        )
    return _line(
        "complaint_success",
        "performance",
        "%",
        Fraction(resolved, total),
        (resolved, total),
        total,
        ">= 85%",
        20,
        points,
        words("target-reached", target=">= 85%"),
        maximum=maximum,
    )


def _events(count: int, points: str) -> IndicatorScore:
    reason = words("over-each", amount=str(count), steps=Number(str(count)), points=Number("2"))
    return _line(
        "responsibility_events",
        "attitude",
        "",
        Fraction(count),
        (count, None),
        count,
        "<= 0",
        20,
        points,
        reason if count else words("target-reached", target="<= 0"),
        maximum=points if points == "100.00" else "20.00",
    )
