"""Pay: what grades, tiers, awards and promotions bring, to the cent, and sums that add up in every format."""

from __future__ import annotations

import csv
import io
import json
import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from payroll_sample import Result, record_of, scheme_of
from scoring_sample import say_en

from csperf.render.payroll import render_outcomes
from csperf.scoring.history import PeriodRecord
from csperf.scoring.payroll import Outcomes, find_outcomes

TIERS = [{"name": "base"}, {"name": "challenge", "bonus": 100}, {"name": "excellence", "bonus": "300.5"}]
PAY = {
    "currency": "CNY",
    "month": {"excellent": {"bonus": 500}, "unqualified": {"change": "-5%", "then": {"en": "a talk"}}},
    "year": {"excellent": {"change": "10%", "bonus": 1000}, "qualified": {"change": "0%"}},
}


def nothing_earlier(label: str) -> PeriodRecord | None:
    return None


def outcomes_of(
    agents: list[Result], label: str = "2025-06", base_pay: dict[str, str] | None = None, *,
    teams: list[Result] | None = None, **clauses: Any,
) -> Outcomes:  # fmt: skip
    scheme = scheme_of(**{"pay": PAY, **clauses})
    base = {name: Decimal(pay) for name, pay in (base_pay or {}).items()}
    return find_outcomes(record_of(label, scheme, agents, teams), nothing_earlier, base)


def amounts(outcomes: Outcomes) -> list[tuple[str, ...]]:
    """Of each row: who, change, its amount a month, bonuses."""
    return [
        tuple(map(str, (row.card.agent.agent_id, row.change, row.change_amount, row.bonus))) for row in outcomes.rows
    ]


EXCELLENT, QUALIFIED = Result("a", "95", "excellent", 1), Result("b", "80", "qualified", 2)
UNQUALIFIED, HELD = Result("c", "50", "unqualified", 3), Result("d")


def test_what_grades_bring_in_a_month_and_in_a_year() -> None:
    base = {"a": "8000.25", "b": "5000", "c": "4000.10"}
    everybody = [EXCELLENT, QUALIFIED, UNQUALIFIED, HELD]
    month = outcomes_of(everybody, base_pay=base)
    assert amounts(month) == [
        ("a", "None", "None", "500.00"), ("b", "None", "None", "0.00"),
        ("c", "-1/20", "-200.01", "0.00"), ("d", "None", "None", "0.00"),
    ]  # fmt: skip
    assert (month.totals.change_amount, month.totals.bonus) == (Decimal("-200.01"), Decimal("500.00"))
    assert [row.then for row in month.rows] == [None, None, {"en": "a talk"}, None]
    year = outcomes_of(everybody, "2025", base_pay=base)
    assert amounts(year)[:2] == [
        ("a", "1/10", "800.03", "1000.00"),  # 800.025, half up
        ("b", "0", "0.00", "0.00"),
    ]
    assert amounts(outcomes_of([EXCELLENT], "2025Q2")) == [("a", "None", "None", "0.00")]


def test_an_unknown_base_pay_is_no_zero() -> None:
    found = outcomes_of([EXCELLENT, QUALIFIED, Result("e", "91", "excellent", 4)], "2025", {"e": "1000"})
    assert amounts(found) == [
        ("a", "1/10", "None", "1000.00"),
        ("b", "0", "0.00", "0.00"),  # no change is no money, of whatever pay
        ("e", "1/10", "100.00", "1000.00"),
    ]
    totals = found.totals
    assert [*map(str, (totals.change_amount, totals.bonus, totals.unknown))] == ["100.00", "2000.00", "1"]
    nobody = outcomes_of([EXCELLENT], "2025").totals
    assert (nobody.change_amount, str(nobody.bonus), nobody.unknown) == (None, "1000.00", 1)


def test_bonuses_of_tiers_awards_and_promotions() -> None:
    tiered = [Result("a", "95", "excellent", 1, tiers={"csat": "challenge", "reply": "excellence"}),
              Result("b", "80", "qualified", 2, tiers={"csat": "base"})]  # fmt: skip
    found = outcomes_of(
        tiered, tiers=TIERS,
        awards={"star": {"when": {"rank": "<= 1"}, "bonus": "88.8"}, "thanks": {"when": {"rank": "<= 2"}}},
        promotions={"lead": {"top": "10%", "bonus": 50}, "yearly": {"top": "10%", "bonus": 70, "every": "year"}},
    )  # fmt: skip
    assert [(one.line, one.name, str(one.amount)) for one in found.rows[0].bonuses] == [
        (("grade", ""), "excellent", "500.00"), (("tier", "csat"), "challenge", "100.00"),
        (("tier", "reply"), "excellence", "300.50"), (("award", "star"), "star", "88.80"),
        (("promotion", "lead"), "lead", "50.00"),
    ]  # fmt: skip
    assert [say_en(said) for said in found.rows[0].bonuses[3].reason] == ["rank 1 (<= 1)"]
    assert found.rows[1].bonuses == ()
    assert found.totals.bonus == Decimal("1039.30")
    assert [(met.name, met.agent.agent_id) for met in found.awards] == [("star", "a"), ("thanks", "a"), ("thanks", "b")]


def test_the_bonuses_of_an_agent_are_taken_apart() -> None:
    tiered = [Result("a", "95", "excellent", 1, tiers={"csat": "challenge"}), QUALIFIED]
    tiers = [{"name": "base"}, {"name": "challenge", "title": {"en": "Stretch", "zh-CN": "挑战"}, "bonus": 100}]
    rules: dict[str, Any] = {
        "awards": {"star": {"title": "Star", "when": {"rank": "<= 1"}, "bonus": "88.8"}},
        "promotions": {"lead": {"top": "10%", "bonus": 50}},
    }
    found = outcomes_of(tiered, tiers=tiers, **rules)
    parts = {
        "en": "738.80 = grade excellent 500.00 + tier Stretch 100.00 (score 1 (1)) + award Star 88.80 (rank 1 (<= 1)) "
        "+ promotion lead 50.00 (rank 1 of 2, in the top 10%)",
        "zh-CN": "738.80 = 等级“excellent”500.00 + 档位“挑战”100.00（得分 1（1））"
        " + 奖励“Star”88.80（名次 1（<= 1）） + 晋升“lead”50.00（名次 1/2，位于前 10%）",
    }
    for lang, said in parts.items():
        line = f"a: {said}" if lang == "en" else f"a：{said}"
        table = str(render_outcomes(found, "table", lang, width=500)).splitlines()
        assert [text.strip() for text in table if text.lstrip().startswith(("a: 7", "a：7", "b: 0", "b：0"))] == [line]
        assert f"- {line}" in str(render_outcomes(found, "md", lang)).replace("\\", "").splitlines()
    narrow = str(render_outcomes(found, "table", "en", width=40))
    assert "a: 738.80 = grade excellent" in narrow


def test_a_column_that_pays_nobody_goes_before_one_that_pays_somebody() -> None:
    paid = [Result("a", "95", "excellent", 1, tiers={"reply": "challenge"})]
    found = outcomes_of(paid, tiers=TIERS, awards={"star": {"when": {"rank": "<= 0"}, "bonus": 1}})
    wide, narrow = (str(render_outcomes(found, "table", "en", width=width)) for width in (200, 70))
    assert "left out" not in wide.lower()
    head, _, below = narrow.partition("Total")
    assert "Reply" in head
    assert "CSAT" not in head
    assert "Left out for lack of width: Pay change, Change a month, Tier of CSAT, star" in " ".join(below.split())


def test_tiers_are_paid_by_the_month_alone() -> None:
    tiered = [Result("a", "95", "excellent", 1, tiers={"csat": "challenge"})]
    assert [one.line for one in outcomes_of(tiered, "2025", {"a": "1"}, tiers=TIERS).rows[0].bonuses] == [("grade", "")]


def test_team_awards_stand_apart_from_the_rows() -> None:
    awards = {"best": {"of": "team", "when": {"rank": "<= 1"}, "bonus": 1000}, "own": {"when": {"rank": "<= 1"}}}
    found = outcomes_of([QUALIFIED], awards=awards, teams=[Result("x", "90", "excellent", 1), Result("y", "9", "x", 2)])
    assert [(met.name, met.agent.agent_id) for met in found.team_awards] == [("best", "x")]
    assert [met.name for met in found.awards] == []
    assert (str(found.totals.bonus), str(found.totals.teams)) == ("0.00", "1000.00")
    assert outcomes_of([QUALIFIED], awards=awards).team_awards == ()


@pytest.mark.parametrize(
    ("currency", "base", "amount"),
    [("CNY", "100.05", "-5.00"), ("CNY", "100.1", "-5.01"), ("JPY", "210", "-11"), ("JPY", "209", "-10"),
     ("KWD", "100.11", "-5.006")],
)  # fmt: skip
def test_half_up_once_to_the_minor_unit(currency: str, base: str, amount: str) -> None:
    pay = {"currency": currency, "month": {"unqualified": {"change": "-5%"}}}
    found = outcomes_of([UNQUALIFIED], base_pay={"c": base}, pay=pay)
    assert str(found.rows[0].change_amount) == str(found.totals.change_amount) == amount


def test_without_pay_no_money_follows() -> None:
    found = outcomes_of([EXCELLENT], pay=None)
    assert (found.currency, found.lines, str(found.totals.bonus)) == (None, (), "0.00")
    assert "The rubric attaches no money to this" in str(render_outcomes(found, "table", "en"))


# ── a thousand rubrics ────────────────────────────────────────────────────────────────────────────


def random_outcomes(seed: int) -> tuple[Outcomes, list[Decimal | None], list[Decimal], int]:
    """Outcomes under a random rubric; in plain Python the changes a month, the bonuses, and how many are unknown."""
    pick = random.Random(seed)
    currency, digits = pick.choice([("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3)])
    unit = Decimal(1).scaleb(-digits)

    def money() -> Decimal | None:
        return pick.choice([None, Decimal(pick.randrange(10**5)) * unit.max(Decimal("0.01"))])

    grades = ("excellent", "qualified", "unqualified")
    length = pick.choice(["month", "month", "quarter", "year"])
    label = {"month": "2025-06", "quarter": "2025Q2", "year": "2025"}[length]
    pay: dict[str, dict[str, Any]] = {
        grade: {"change": pick.choice([None, "10%", "-5%", "0%", "3.33%"]), "bonus": money()}
        for grade in pick.sample(grades, pick.randint(0, 3))
    }
    tiers: list[dict[str, Any]] = [{"name": name, "bonus": money()} for name in ("base", "challenge")]
    rules: dict[str, dict[str, dict[str, Any]]] = {
        section: {
            f"{section}{number}": {"when": {"rank": f"<= {pick.randint(1, 4)}"}, "bonus": money(), "every": length}
            for number in range(pick.randint(0, 2))
        }
        for section in ("awards", "promotions")
    }
    agents = [
        Result(
            f"agent{number}", str(100 - number) if (grade := pick.choice([*grades, None])) else None, grade,
            number + 1 if grade else None,
            tiers={name: pick.choice(["base", "challenge"]) for name in pick.sample(["csat", "reply"], 1)},
        )
        for number in range(pick.randint(1, 6))
    ]  # fmt: skip
    base_pay = {one.who: Decimal(pick.randrange(10**6)) / 100 for one in agents if pick.random() < 0.8}
    scheme = scheme_of(pay={"currency": currency, length: pay}, tiers=tiers, **rules)
    found = find_outcomes(record_of(label, scheme, agents), nothing_earlier, base_pay)

    changes: list[Decimal | None] = []
    bonuses: list[Decimal] = []
    unknown = 0
    for one in sorted(agents, key=lambda one: (one.rank is None, one.rank, one.who)):
        said = pay.get(one.grade or "", {})
        bonus = (said.get("bonus") or Decimal(0)) + sum(
            (rule["bonus"] or Decimal(0) for each in rules.values() for rule in each.values()
             if one.rank is not None and one.rank <= int(rule["when"]["rank"].split()[1])), Decimal(0)
        )  # fmt: skip
        if length == "month":
            bonus += sum(
                (tier["bonus"] or Decimal(0) for tier in tiers if tier["name"] in one.tiers.values()), Decimal(0)
            )
        bonuses.append(bonus)
        base = Decimal(0) if said.get("change") == "0%" else base_pay.get(one.who)
        share = Decimal(said["change"].rstrip("%")) / 100 if said.get("change") else None
        changes.append(None if share is None or base is None else (base * share).quantize(unit, ROUND_HALF_UP))
        unknown += share is not None and base is None
    return found, changes, bonuses, unknown


def read_column(text: str, heading: str) -> list[Decimal | None]:
    """A column of the payroll table whose heading ends so, its sum at the end; None where no amount is."""
    lines = [*text.splitlines(), ""]
    start = next(number for number, line in enumerate(lines) if line.startswith("──"))
    end = lines[start - 1].index(heading) + len(heading)
    cells = [row.ljust(end)[:end].rpartition(" ")[2] for row in lines[start + 1 : lines.index("", start)]]
    return [None if cell in {"", "—"} else Decimal(cell.replace("−", "-")) for cell in cells]


def test_rows_add_up_to_the_printed_totals_for_a_thousand_rubrics() -> None:
    tables = {"a month": 0, "Bonuses": 0}
    for seed in range(1000):
        found, changes, bonuses, unknown = random_outcomes(seed)
        known = [change for change in changes if change is not None]
        change = sum(known, Decimal(0)) if known or not unknown else None
        bonus = sum(bonuses, Decimal(0))
        assert [row.change_amount for row in found.rows] == changes, seed
        assert [row.bonus for row in found.rows] == bonuses, seed
        assert (found.totals.change_amount, found.totals.bonus) == (change, bonus), seed

        document = json.loads(str(render_outcomes(found, "json", "en")), parse_float=Decimal)
        assert [(row["change_amount"], row["bonus"]) for row in document["agents"]] == [
            *zip(changes, bonuses, strict=True)
        ]
        totals = document["totals"]
        assert (totals["change_amount"], totals["bonus"], totals["unknown"]) == (change, bonus, unknown)
        for row in document["agents"]:
            assert sum((one["amount"] for one in row["bonuses"]), Decimal(0)) == row["bonus"]
        assert sum((line["amount"] for line in totals["bonuses"]), Decimal(0)) == bonus

        rows = list(csv.DictReader(io.StringIO(str(render_outcomes(found, "csv", "en")))))
        assert [Decimal(row["change_amount"]) if row["change_amount"] else None for row in rows] == changes
        for row, due in zip(rows, bonuses, strict=True):
            paid = [Decimal(cell) for name, cell in row.items() if name.endswith("_bonus") and cell]
            assert sum(paid, Decimal(0)) == Decimal(row["bonus"]) == due

        text = str(render_outcomes(found, "table", "en", width=500))
        for heading, amounts, total in (("a month", changes, change), ("Bonuses", bonuses, bonus)):
            if heading in text.partition("──")[0]:
                tables[heading] += 1
                assert read_column(text, heading) == [*amounts, total], seed
    assert min(tables.values()) > 500
