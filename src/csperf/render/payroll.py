"""What follows from a period: the payroll table, and who is rewarded, promoted or coached, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.period import length_of, name_months
from csperf.render.csv import neutralise, write_csv
from csperf.render.json import rubric_record, say_all, write_json
from csperf.render.md import escape_md, join_blocks, md_grid
from csperf.render.numbers import NOTHING, plain_number, plain_or_null, points_text, result_or_null, signed_share
from csperf.render.outcomes import heading_parts, provisional_lines
from csperf.render.table import left_out_names
from csperf.render.terminal import Column, break_heading, build_grid, clean, fit_columns, indent, print_text, wrap
from csperf.render.titles import grade_title, part_titles, rubric_title
from csperf.render.words import agent_label, label, say_list, title_of, titled
from csperf.rubric.consequences import Award
from csperf.scoring.cards import Agent, Number, ScoreTable
from csperf.scoring.figures import sign_of
from csperf.scoring.payroll import Bonus, Line, Outcomes, PayRow, changes_pay, quantize
from csperf.scoring.rules import Met

OutcomesFormat = Literal["table", "json", "csv", "md", "xlsx"]
FORMATS: tuple[OutcomesFormat, ...] = ("table", "json", "csv", "md", "xlsx")
SCHEMA = "csperf/outcomes/v1"
LISTS = ("awards", "teams", "promotions", "coaching")


def render_outcomes(
    outcomes: Outcomes, format: OutcomesFormat, lang: str, *,
    width: int = 80, color: bool = False, bom: bool = False, asked: str = "",
) -> str | bytes:  # fmt: skip
    """All that follows from a period.

    width, color and asked (the flags, quoted, that its command repeats) matter to the terminal table, bom to CSV only.
    """
    shown = _Shown(outcomes, lang)
    match format:
        case "table":
            return _render_table(shown, width, color, asked)
        case "json":
            return write_json(_document(shown)) + "\n"
        case "csv":
            return write_csv(list(_csv_rows(shown)), bom)
        case "md":
            return _render_md(shown)
        case "xlsx":
            return _render_xlsx(shown)


@dataclass(frozen=True)
class _Shown:
    """The outcomes in a language."""

    outcomes: Outcomes
    lang: str

    @property
    def table(self) -> ScoreTable:
        return self.outcomes.record.agents.table

    @property
    def rules(self) -> dict[str, dict[str, Award]]:
        """The rules behind each list that look at periods of this length."""
        rubric, length = self.outcomes.record.scheme.rubric, length_of(self.outcomes.record.label)
        awards, teams = (
            {name: rule for name, rule in rubric.awards.items() if rule.of == of} for of in ("agent", "team")
        )
        found = {"awards": awards, "teams": teams, "promotions": rubric.promotions, "coaching": rubric.coaching}
        return {
            key: {name: rule for name, rule in rules.items() if rule.every == length} for key, rules in found.items()
        }

    @property
    def lists(self) -> dict[str, tuple[Met, ...]]:
        """Who meets them."""
        one = self.outcomes
        found = (one.awards, one.team_awards, one.promotions, one.coaching)
        return dict(zip(LISTS, found, strict=True))

    def label(self, code: str, **parts: Any) -> str:
        return label(code, self.lang, **parts)

    def line_title(self, line: Line) -> str:
        """What stands above the bonuses for one thing."""
        kind, name = line
        if kind == "grade":
            return self.label("head-bonus-grade")
        if kind == "tier":
            return self.label("head-bonus-tier", title=part_titles(self.table, self.lang).get(name, name))
        rubric = self.outcomes.record.scheme.rubric
        return title_of((rubric.awards if kind == "award" else rubric.promotions)[name].title, self.lang, name)

    def bonus_parts(self, row: PayRow) -> str:
        """`250.00 = grade Qualified 200.00 + tier Challenge 50.00 (CSAT 91.20% meets >= 90%)`; empty without any."""
        parts = " + ".join(map(self.bonus_part, row.bonuses))
        return f"{row.bonus:f} = {parts}" if parts else ""

    def bonus_part(self, bonus: Bonus) -> str:
        """What one bonus is for, its amount, and why."""
        match bonus.line[0]:
            case "grade":
                title = grade_title(self.table, bonus.name, self.lang)
            case "tier":
                tiers = {tier.name: tier.title for tier in self.outcomes.record.scheme.rubric.tiers}
                title = title_of(tiers[bonus.name], self.lang, bonus.name)
            case _:
                title = self.line_title(bonus.line)
        reason = say_list(bonus.reason, self.lang)
        return self.label(f"bonus-{bonus.line[0]}", title=title, amount=f"{bonus.amount:f}", reason=reason)

    def reason(self, met: Met) -> str:
        """`rank 1 (<= 1)`; of several periods `2025-05: rank 1 (<= 1); 2025-06: rank 2 (<= 2)`."""
        if len(met.periods) == 1:
            return say_list(met.periods[0][1], self.lang)
        said = (self.label("colon", head=period, text=say_list(reason, self.lang)) for period, reason in met.periods)
        return self.label("list-semicolon").join(said)

    def heading(self) -> list[str]:
        """Under which rubric, in which currency, and what of it may still change."""
        table, one = self.table, self.outcomes
        rubric = self.label("card-rubric", title=rubric_title(table, self.lang), name=table.rubric_name,
                            version=table.rubric_version)  # fmt: skip
        currency = [self.label("outcomes-currency", currency=one.currency)] if one.currency else []
        return [" · ".join([rubric, *heading_parts(table, self.lang), *currency]), *say_all(table.record, self.lang)]

    def provisional(self) -> list[str]:
        """Why it may still change."""
        periods = name_months(self.outcomes.unsealed)
        unsealed = [self.label("provisional", why=self.label("outcomes-unsealed", periods=periods))] if periods else []
        others = [why for why in self.table.provisional if why.code != "rollup-open"]  # which has just been said
        return [*unsealed, *provisional_lines(others, self.lang)]

    def notes(self) -> list[str]:
        """What the sums leave out, and why."""
        one = self.outcomes
        found = []
        if not one.lines and not changes_pay(self.outcomes.record):
            found.append(self.label("outcomes-no-pay"))
        for code, agents in (
            ("outcomes-unknown-pay", [row.card.agent for row in one.rows if row.is_unknown]),
            ("outcomes-no-grade", [row.card.agent for row in one.rows if row.card.grade is None]),
        ):
            if agents:
                names = self.label("list-comma").join(clean(agent_label(agent, self.lang)) for agent in agents)
                found.append(self.label(code, count=Number(len(agents)), agents=names))
        if one.totals.teams:
            found.append(self.label("outcomes-team-bonus", amount=f"{one.totals.teams:f}", currency=one.currency))
        return found

    def bonus_lines(self) -> list[str]:
        """What the bonuses of each agent who has any are made of."""
        return [
            self.label("colon", head=self.who(row.card.agent), text=self.bonus_parts(row))
            for row in self.outcomes.rows if row.bonuses
        ]  # fmt: skip

    def sections(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """(heading, rule and what it brings → who meets it and why) of each list, and what follows besides."""
        for key, rules in self.rules.items():
            said: dict[str, list[str]] = {}
            for name, rule in rules.items():
                met = [one for one in self.lists[key] if one.name == name]
                lines = [self.label("colon", head=self.who(one.agent), text=self.reason(one)) for one in met]
                brings: Literal["reward", "then"] = "then" if key == "coaching" else "reward"
                said[self.rule_line(name, rule, brings)] = lines or [self.label("outcomes-nobody")]
            if said:
                yield self.label(f"head-outcome-{key}"), said
        then: dict[str, list[str]] = {}
        for row in self.outcomes.rows:
            if row.then:
                grade, text = grade_title(self.table, row.card.grade, self.lang), title_of(row.then, self.lang, "")
                then.setdefault(self.label("colon", head=grade, text=text), []).append(self.who(row.card.agent))
        if then:
            yield self.label("head-outcome-then"), then

    def rule_line(self, name: str, rule: Award, brings: Literal["reward", "then"] = "reward") -> str:
        """What a rule is called, and what it brings: a reward, or something to do."""
        parts = [titled(title_of(rule.title, self.lang, name), name, self.lang)]
        if reward := title_of(rule.reward, self.lang, ""):
            parts.append(self.label(f"rubric-{brings}", reward=reward))
        if rule.bonus:
            amount = f"{quantize(rule.bonus, self.outcomes.digits):f}"
            parts.append(self.label("rubric-bonus", amount=amount, currency=self.outcomes.currency))
        return self.label("list-semicolon").join(parts)

    def who(self, agent: Agent) -> str:
        """An agent with name and id; a team by its name."""
        return clean(agent.agent_id if agent.is_unit else agent_label(agent, self.lang))


def line_name(line: Line) -> str:
    """The stable name of the column of a bonus: `grade_bonus`, `csat_tier_bonus`, `star_award_bonus`."""
    kind, name = line
    return f"{name}_{kind}_bonus" if name else f"{kind}_bonus"


# ── on a terminal, and as Markdown ────────────────────────────────────────────────────────────────


def _render_table(shown: _Shown, width: int, color: bool, asked: str) -> str:
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(_title(shown), width)]
    parts += [Text(line) for said in shown.heading() for line in wrap(said, width)]
    parts += [Text(line, style="yellow") for said in shown.provisional() for line in wrap(said, width)]
    columns, left_out = _fit(list(_columns(shown)), len(shown.outcomes.rows), width)
    parts += ["", build_grid(columns)]
    below = [line for said in shown.notes() for line in wrap(said, width)]
    if left_out:
        below += left_out_names([" ".join(column.heading).strip() for column in left_out], shown.lang, width)
        below.append(shown.label("see-all", command=f"csperf outcomes{asked} --format csv"))
    if below:
        parts += ["", *(Text(line, style="dim") for line in below)]
    if made_of := shown.bonus_lines():
        parts += ["", Text(shown.label("head-bonus-parts"), style="bold")]
        parts += [Text(line) for said in made_of for line in indent(said, width, "  ", "    ")]
    for heading, lines in shown.sections():
        parts += ["", Text(heading, style="bold")]
        for rule, who in lines.items():
            parts += [Text(line) for line in indent(rule, width, "  ", "  ")]
            parts += [Text(line) for said in who for line in indent(said, width, "    ", "      ")]
    return print_text(parts, color)


def _fit(columns: list[Column], agents: int, width: int) -> tuple[list[Column], list[Column]]:
    """(columns that fit, columns left out): where not all fit, those that say nothing of any agent go first."""
    chosen, left_out = fit_columns(columns, width)
    if left_out:
        filled = [column for column in columns if any(column.cells[:agents])]
        chosen, _ = fit_columns(filled or columns, width)
    return chosen, [column for column in columns if column not in chosen]


def _title(shown: _Shown) -> str:
    return f"{shown.label('outcomes-title', period=shown.outcomes.record.label)} · {shown.table.zone}"


def _columns(shown: _Shown) -> Iterator[Column]:
    """The agents and, where the rubric has money in this, columns of it, the sums below."""
    one, lang = shown.outcomes, shown.lang
    rows, totals = one.rows, one.totals
    cards = [row.card for row in rows]
    has_money = bool(one.lines) or changes_pay(one.record)
    below = [""] * has_money
    total = [shown.label("head-total")] * has_money
    yield Column("agent_id", (shown.label("head-agent-id"),),
                 [*(clean(card.agent.agent_id) for card in cards), *total])  # fmt: skip
    if any(card.agent.name for card in cards):
        names = [*(clean(card.agent.name or NOTHING) for card in cards), *below]
        yield Column("name", (shown.label("head-name"),), names, importance=1)
    yield Column(
        "score", (shown.label("head-score"),), [*(points_text(card.score) for card in cards), *below], 3, right=True
    )
    yield Column("grade", (shown.label("head-grade"),),
                 [*(grade_title(shown.table, card.grade, lang) for card in cards), *below])  # fmt: skip
    if changes_pay(shown.outcomes.record):
        changes = ["" if row.change is None else signed_share(row.change) for row in rows]
        yield Column("change", (shown.label("head-pay-change"),), [*changes, *below], right=True)
        amounts = ["" if row.change is None else _signed(row.change_amount) for row in rows]
        heading = break_heading(shown.label("head-change-amount"))
        yield Column("change_amount", heading, [*amounts, _signed(totals.change_amount)], right=True)
    for line in one.lines:
        cells = [
            *("" if (paid := row.find_bonus(line)) is None else f"{paid:f}" for row in rows),
            f"{totals.bonuses[line]:f}",
        ]
        yield Column(line_name(line), break_heading(shown.line_title(line)), cells, 4, right=True)
    if one.lines:
        cells = [*(f"{row.bonus:f}" for row in rows), f"{totals.bonus:f}"]
        yield Column("bonus", (shown.label("head-bonus"),), cells, right=True)


def _signed(amount: Decimal | None) -> str:
    if amount is None:
        return NOTHING
    return f"{sign_of(amount)}{abs(amount):f}"


def _render_md(shown: _Shown) -> str:
    columns = list(_columns(shown))
    blocks = [
        [f"# {escape_md(_title(shown))}"],
        [f"- {escape_md(line)}" for line in (*shown.heading(), *shown.provisional())],
        md_grid(columns),
        [f"- {escape_md(line)}" for line in shown.notes()],
    ]
    if made_of := shown.bonus_lines():
        blocks += [[f"## {escape_md(shown.label('head-bonus-parts'))}"], [f"- {escape_md(line)}" for line in made_of]]
    for heading, lines in shown.sections():
        blocks.append([f"## {escape_md(heading)}"])
        for rule, who in lines.items():
            blocks += [[f"**{escape_md(rule)}**"], [f"- {escape_md(line)}" for line in who]]
    return join_blocks(blocks)


# ── for other programs ────────────────────────────────────────────────────────────────────────────


def _csv_rows(shown: _Shown) -> Iterator[list[str]]:
    one = shown.outcomes
    lists = {key: found for key, found in shown.lists.items() if key != "teams"}
    yield [
        "period", "agent_id", "name", "team", "score", "grade", "rank", "currency", "change", "change_amount",
        *map(line_name, one.lines), "bonus", *lists,
    ]  # fmt: skip
    for row in one.rows:
        card, agent = row.card, row.card.agent
        who = (one.record.label, agent.agent_id, agent.name or "", agent.team or "")
        amounts = (row.change_amount, *map(row.find_bonus, one.lines), row.bonus)
        named = (
            ";".join(met.name for met in found if met.agent.agent_id == agent.agent_id) for found in lists.values()
        )
        yield [
            *map(neutralise, who), points_text(card.score, ""), card.grade or "",
            "" if card.rank is None else str(card.rank), one.currency or "", _share(row),
            *("" if amount is None else f"{amount:f}" for amount in amounts), *map(neutralise, named),
        ]  # fmt: skip


def _share(row: PayRow) -> str:
    return "" if row.change is None else f"{plain_number(row.change):f}"


def _document(shown: _Shown) -> dict[str, Any]:
    one, table, lang = shown.outcomes, shown.table, shown.lang
    totals = one.totals
    return {
        "schema": SCHEMA,
        "period": {
            "label": table.label, "start": table.start, "end": table.end, "zone": table.zone,
            "unsealed": list(one.unsealed), "provisional": say_all(table.provisional, lang),
        },
        "rubric": rubric_record(table),
        "currency": one.currency,
        "agents": [_row_record(shown, row) for row in one.rows],
        "totals": {
            "change_amount": totals.change_amount,
            "bonuses": [
                {"kind": kind, "name": name or None, "amount": amount}
                for (kind, name), amount in totals.bonuses.items()
            ],
            "bonus": totals.bonus,
            "unknown": totals.unknown,
            "teams": totals.teams,
        },
        "awards": [_met_record(shown, met) for met in one.awards],
        "team_awards": [_met_record(shown, met) for met in one.team_awards],
        "promotions": [_met_record(shown, met) for met in one.promotions],
        "coaching": [_met_record(shown, met) for met in one.coaching],
        "notes": shown.notes(),
        "warnings": say_all(table.warnings, lang),
    }  # fmt: skip


def _row_record(shown: _Shown, row: PayRow) -> dict[str, Any]:
    card, lang = row.card, shown.lang
    return {
        "agent_id": card.agent.agent_id,
        "name": card.agent.name,
        "team": card.agent.team,
        "score": result_or_null(card.score),
        "grade": card.grade,
        "rank": card.rank,
        "change": plain_or_null(row.change),
        "change_amount": row.change_amount,
        "bonuses": [
            {"kind": bonus.line[0], "name": bonus.name, "indicator": bonus.line[1] if bonus.line[0] == "tier" else None,
             "amount": bonus.amount, "reason": say_list(bonus.reason, lang)}
            for bonus in row.bonuses
        ],
        "bonus": row.bonus,
        "then": title_of(row.then, lang, "") or None,
    }  # fmt: skip


def _met_record(shown: _Shown, met: Met) -> dict[str, Any]:
    lang, agent = shown.lang, met.agent
    whose: Mapping[str, Any] = {"agent_id": agent.agent_id, "name": agent.name}
    return {
        "rule": met.name,
        "title": title_of(met.rule.title, lang, met.name),
        **({} if agent.is_unit else whose),
        "team": agent.team,
        "reward": title_of(met.rule.reward, lang, "") or None,
        "bonus": None if met.rule.bonus is None else quantize(met.rule.bonus, shown.outcomes.digits),
        "periods": [{"label": period, "reason": say_list(reason, lang)} for period, reason in met.periods],
        "months": list(met.months),
        "unsealed": list(met.unsealed),
    }


# ── as a workbook ─────────────────────────────────────────────────────────────────────────────────


def _render_xlsx(shown: _Shown) -> bytes:
    from csperf.render.xlsx import write_sheets

    sheets = (("payroll", _payroll_cells(shown), True), ("lists", _list_cells(shown), True))
    return write_sheets(
        _title(shown), [(shown.label(f"sheet-{name}"), cells, is_list) for name, cells, is_list in sheets]
    )


_Cell = tuple[str | Fraction | Decimal | int | None, str]


def _payroll_cells(shown: _Shown) -> list[list[_Cell]]:
    one, money = shown.outcomes, f"money-{shown.outcomes.digits}"
    codes = ("agent-id", "name", "team", "score", "grade", "rank", "pay-change", "change-amount")
    headings = [
        *(shown.label(f"head-{code}") for code in codes), *map(shown.line_title, one.lines), shown.label("head-bonus"),
        shown.label("head-bonus-parts"),
    ]  # fmt: skip
    cells: list[list[_Cell]] = [[(heading, "head") for heading in headings]]
    for row in one.rows:
        card, agent = row.card, row.card.agent
        amounts = (row.change_amount, *map(row.find_bonus, one.lines), row.bonus)
        cells.append(
            [(agent.agent_id, "text"), (agent.name, "text"), (agent.team, "text"), (card.score, "points"),
             (grade_title(shown.table, card.grade, shown.lang, nothing="") or None, "text"), (card.rank, "count"),
             (row.change, "percent"), *((amount, money) for amount in amounts),
             (shown.bonus_parts(row) or None, "text")]
        )  # fmt: skip
    totals = one.totals
    sums = (totals.change_amount, *totals.bonuses.values(), totals.bonus)
    cells += [
        [],
        [(shown.label("head-total"), "text"), *[(None, "text")] * 6, *((amount, money) for amount in sums)],
        [],
    ]
    said = [_title(shown), *shown.heading(), *shown.provisional(), *shown.notes()]
    return cells + [[(line, "text")] for line in said]


def _list_cells(shown: _Shown) -> list[list[_Cell]]:
    codes = ("list", "who", "outcome-rule", "reason", "reward", "outcome-bonus")
    cells: list[list[_Cell]] = [[(shown.label(f"head-{code}"), "head") for code in codes]]
    for key, found in shown.lists.items():
        for met in found:
            texts = (
                shown.label(f"head-outcome-{key}"), shown.who(met.agent),
                title_of(met.rule.title, shown.lang, met.name), shown.reason(met),
                title_of(met.rule.reward, shown.lang, "") or None,
            )  # fmt: skip
            cells.append([*((text, "text") for text in texts), (met.rule.bonus, f"money-{shown.outcomes.digits}")])
    for row in shown.outcomes.rows:
        if row.then:
            who, title = shown.who(row.card.agent), shown.label("head-outcome-then")
            grade = grade_title(shown.table, row.card.grade, shown.lang)
            then = title_of(row.then, shown.lang, "")
            cells.append([(text, "text") for text in (title, who, grade, None, then)])
    return cells
