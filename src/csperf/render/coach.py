"""Plans for one agent or a team: what is strong, what cost points and where, what to learn, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.render.json import period_record, rubric_record, say_all, write_json
from csperf.render.md import escape_md, join_blocks, md_grid
from csperf.render.numbers import NOTHING, plain_number, plain_or_null, points_text, result_or_null
from csperf.render.outcomes import heading_parts, provisional_lines
from csperf.render.terminal import Column, build_grid, clean, fit_columns, indent, print_text, wrap
from csperf.render.titles import grade_title, part_titles, rubric_title
from csperf.render.words import WORDS, agent_label, label, say_list, title_of
from csperf.scoring.cards import AggregateResult, Number, Scorecard, ScoreTable
from csperf.scoring.coaching import AgentPlan, Lesson, Loss, Need, Part, Step, Strength, TeamPlan, Topic
from csperf.scoring.figures import format_number, format_points, format_share, format_value
from csperf.scoring.rules import Met

CoachFormat = Literal["table", "md", "json"]
FORMATS: tuple[CoachFormat, ...] = ("table", "md", "json")
SCHEMA = "csperf/coach/v1"
_NAMED_VALUES = ("weekday", "complexity", "kind")
"""The columns whose values are words of the contract; all others hold the shop's own."""


def render_coaching(
    table: ScoreTable, plans: Sequence[AgentPlan], team: TeamPlan | None, is_sealed: bool, format: CoachFormat,
    lang: str, *, width: int = 80, color: bool = False,
) -> str:  # fmt: skip
    """The plan of one agent; or a team's, with the plan of each member in short (in full in JSON).

    table: what the month's scores are printed from. width and color matter to the terminal only.
    """
    if format == "json":
        return _render_json(table, plans, team, is_sealed, lang)
    told = _Telling(table, lang)
    title, sections = told.tell_team(team, plans) if team else told.tell_agent(plans[0])
    head = [*told.head(), *([] if team else [told.standing(plans[0].card)])]
    if format == "md":
        return _render_md(title, head, sections, told.others_note(team, plans))
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(title, width)]
    parts += [Text(line) for said in head for line in wrap(said, width)]
    for section in sections:
        parts += ["", *(Text(line, style="bold cyan") for line in wrap(section.heading, width))]
        if section.columns:
            parts += [build_grid(fit_columns(section.columns, width)[0])]
        parts += [Text(line) for said in section.lines for line in indent(said, width, "  ", "    ")]
    parts += ["", *(Text(line, style="dim") for line in wrap(told.others_note(team, plans), width))]
    return print_text(parts, color)


@dataclass(frozen=True)
class _Section:
    heading: str
    lines: Sequence[str] = ()
    columns: Sequence[Column] = ()


def _render_md(title: str, head: Sequence[str], sections: Sequence[_Section], note: str) -> str:
    blocks = [[f"# {escape_md(title)}"], [f"- {escape_md(line)}" for line in head]]
    for section in sections:
        blocks.append([f"## {escape_md(section.heading)}"])
        if section.columns:
            blocks.append(md_grid(section.columns))
        blocks.append([f"- {escape_md(line)}" for line in section.lines])
    blocks.append([escape_md(note)])
    return join_blocks(blocks)


@dataclass(frozen=True)
class _Telling:
    """Plans of one month in the words of a language."""

    table: ScoreTable
    lang: str

    @property
    def titles(self) -> Mapping[str, str]:
        return part_titles(self.table, self.lang)

    def say(self, code: str, **parts: Any) -> str:
        return label(code, self.lang, **parts)

    def comma(self, texts: Iterator[str] | Sequence[str]) -> str:
        return self.say("list-comma").join(texts)

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────

    def head(self) -> Iterator[str]:
        """Under which rubric, and how final it is."""
        table = self.table
        rubric = self.say(
            "card-rubric", title=rubric_title(table, self.lang), name=table.rubric_name, version=table.rubric_version
        )
        yield " · ".join([rubric, table.zone, *heading_parts(table, self.lang)])
        yield from provisional_lines(table.provisional, self.lang)
        yield from say_all(table.record, self.lang)

    def standing(self, card: Scorecard) -> str:
        """Score, grade and rank, or why there are none."""
        if card.score is None:
            return " · ".join([self.say("card-no-score"), *say_all(card.notes, self.lang)])
        parts = [self.say("card-score", score=points_text(card.score))]
        if card.grade is not None:
            parts.append(self.say("card-grade", grade=grade_title(self.table, card.grade, self.lang)))
        if card.rank is not None:
            ranked = sum(one.rank is not None for one in self.table.cards)
            parts.append(self.say("card-rank", rank=card.rank, count=ranked))
        return " · ".join(parts)

    def others_note(self, team: TeamPlan | None, plans: Sequence[AgentPlan]) -> str:
        """Whom the figures are compared with."""
        if team:
            return self.say("coach-others-team")
        own = plans[0].card.agent.agent_id
        others = sum(card.score is not None and card.agent.agent_id != own for card in self.table.cards)
        return self.say("coach-others", count=Number(others))

    def tell_agent(self, plan: AgentPlan) -> tuple[str, list[_Section]]:
        """(title, sections) of one agent's plan; without a score there is nothing to tell."""
        title = self.say("coach-title", who=self.who(plan.card), period=self.table.label)
        sections = [
            _Section(self.say("coach-strengths"), [self.strength(one) for one in plan.strengths]),
            _Section(self.say("coach-losses"), list(self.no_weakness(plan)), self.loss_columns(plan.losses)),
            _Section(self.say("coach-places"), list(self.places(plan.weak))),
            _Section(self.say("coach-lessons"), [self.lesson(one) for one in plan.lessons]),
            _Section(self.say("coach-need"), [self.need(plan.need)] if plan.need else []),
        ]
        if plan.since:
            heading = self.say("coach-since", period=plan.since)
            sections.append(_Section(heading, [self.step(one) for one in plan.steps]))
        return title, [section for section in sections if section.lines or section.columns]

    def tell_team(self, team: TeamPlan, plans: Sequence[AgentPlan]) -> tuple[str, list[_Section]]:
        """(title, sections) of a team's plan."""
        names = {plan.card.agent.agent_id: self.who(plan.card) for plan in plans}
        common = [self.say("coach-common-one", indicator=self.titles[one.name], weak=one.weak,
                           scored=Number(one.scored), lost=format_points(one.lost)) for one in team.common]  # fmt: skip
        lessons = [
            self.say("coach-lesson-members", **self.lesson_parts(one), members=self.comma([names[who] for who in whom]))
            for one, whom in team.lessons
        ]
        sections = [
            _Section(self.say("coach-common"), common or [self.say("coach-no-common")]),
            _Section(self.say("coach-lessons"), lessons),
            _Section(self.say("coach-topics"), list(self.topics(team.topics))),
            _Section(self.say("coach-listed"), [self.listed(met) for met in team.listed]),
            *(_Section(self.who(plan.card), list(self.in_short(plan))) for plan in plans),
        ]
        title = self.say("coach-title-team", who=clean(team.name), period=self.table.label)
        return title, [section for section in sections if section.lines]

    def in_short(self, plan: AgentPlan) -> Iterator[str]:
        """A member's plan, a line for each of its sections."""
        yield self.standing(plan.card)
        yield from self.no_weakness(plan)
        said = {
            "coach-strengths": [self.titles[one.line.name] for one in plan.strengths],
            "coach-losses": [
                self.say("coach-loss", indicator=self.titles[one.line.name], lost=format_points(one.lost))
                for one in plan.weak
            ],
            "coach-places": [self.place(one, one.place) for one in plan.weak if one.place],
            "coach-lessons": [title_of(one.title, self.lang, one.name) for one in plan.lessons],
            "coach-need": [self.need(plan.need)] if plan.need else [],
        }
        for code, texts in said.items():
            if texts:
                join = self.say("list-semicolon") if code == "coach-places" else self.say("list-comma")
                yield self.say("colon", head=self.say(code), text=join.join(texts))
        if plan.steps:
            head = self.say("coach-since", period=plan.since)
            steps = self.say("list-semicolon").join(map(self.step, plan.steps))
            yield self.say("colon", head=head, text=steps)

    # ── its parts ─────────────────────────────────────────────────────────────────────────────────

    def who(self, card: Scorecard) -> str:
        return clean(agent_label(card.agent, self.lang))

    def strength(self, one: Strength) -> str:
        line = one.line
        return self.say(
            "coach-strength", indicator=self.titles[line.name], value=format_value(line.value, line.unit),
            others=format_value(one.others.value, line.unit),
        )  # fmt: skip

    def no_weakness(self, plan: AgentPlan) -> Iterator[str]:
        if plan.card.score is not None and not plan.weak:
            yield self.say("coach-no-weakness")

    def loss_columns(self, losses: Sequence[Loss]) -> list[Column]:
        """A row for each loss."""
        if not losses:
            return []
        lines = [loss.line for loss in losses]

        def column(name: str, cells: Sequence[str], importance: int = 0, right: bool = True) -> Column:
            return Column(name, (self.say(f"head-{name}"),), cells, importance, right)

        return [
            column("indicator", [self.titles[line.name] for line in lines], right=False),
            column("value", [format_value(line.value, line.unit) for line in lines], 1),
            column("target", [line.target or NOTHING for line in lines], 2),
            column("others", [format_value(loss.others.value, loss.line.unit) for loss in losses], 1),
            column("points", [points_text(line.points) for line in lines], 3),
            column("max-points", [points_text(line.max_points) for line in lines], 3),
            column("lost", [points_text(loss.lost) for loss in losses]),
        ]

    def places(self, losses: Sequence[Loss]) -> Iterator[str]:
        """Where each loss is, and of which nothing can be said."""
        for loss in losses:
            if loss.place:
                yield self.place(loss, loss.place)
            elif loss.finding == "spread":
                columns = dict.fromkeys(self.say(f"split-{part.column}") for part in loss.parts)
                yield self.say("place-spread", indicator=self.titles[loss.line.name], columns=self.comma(list(columns)))
        for finding in ("thin", "unsplit", "differs"):
            if names := [self.titles[loss.line.name] for loss in losses if loss.finding == finding]:
                yield self.say(f"place-{finding}", indicators=self.comma(names))

    def place(self, loss: Loss, place: Part) -> str:
        part = self.say(
            "place-part", column=self.say(f"split-{place.column}"), value=self.value(place.column, place.value)
        )
        own, others, rest = (_figure(loss, one) for one in (place.own, place.others, loss.rest))
        return self.say(
            "place-found", indicator=self.titles[loss.line.name], part=part, own=own, others=others, rest=rest
        )

    def value(self, column: str, value: str) -> str:
        code = f"split-value-{value}"
        return self.say(code) if column in _NAMED_VALUES and code in WORDS else clean(value)

    def lesson_parts(self, one: Lesson) -> dict[str, str]:
        indicators = self.comma([self.titles[name] for name in one.indicators])
        return {"title": title_of(one.title, self.lang, one.name), "indicators": indicators}

    def lesson(self, one: Lesson) -> str:
        return self.say("coach-lesson", **self.lesson_parts(one))

    def need(self, need: Need) -> str:
        offer = title_of(need.offer, self.lang, "")
        ability, results = (NOTHING if share is None else _percent(share) for share in (need.ability, need.results))
        code = f"need-{need.kind}-said" if offer else f"need-{need.kind}"
        return self.say(code, ability=ability, results=results, offer=offer)

    def step(self, step: Step) -> str:
        return self.say(
            f"step-{step.change}", indicator=self.titles.get(step.name, step.name),
            before=format_points(step.before), before_of=_of(step.before_of),
            now=points_text(step.now), now_of=_of(step.now_of),
        )  # fmt: skip

    def topics(self, topics: Sequence[Topic]) -> Iterator[str]:
        """A line for each column."""
        for table, column in dict.fromkeys((topic.table, topic.column) for topic in topics):
            said = [
                self.say("coach-topic", value=self.value(column, topic.value), count=topic.count,
                         members=Number(topic.members))
                for topic in topics if (topic.table, topic.column) == (table, column)
            ]  # fmt: skip
            yield self.say("colon", head=self.say(f"topic-{table}-{column}"), text=self.comma(said))

    def listed(self, met: Met) -> str:
        title = title_of(met.rule.title, self.lang, met.name)
        reason = (self.say("colon", head=period, text=say_list(why, self.lang)) for period, why in met.periods)
        who = self.say("colon", head=clean(agent_label(met.agent, self.lang)), text=title)
        text = self.say("titled", title=who, name=self.say("list-semicolon").join(reason))
        reward = title_of(met.rule.reward, self.lang, "")
        return self.say("coach-listed-then", outcome=text, then=reward) if reward else text


def _figure(loss: Loss, found: AggregateResult | None) -> str:
    """`50.00% (13 ÷ 26)`; where people are counted below, the value alone."""
    if found is None:
        return NOTHING
    value = format_value(found.value, loss.line.unit)
    if loss.line.denominator is None or found.numerator is None or found.denominator is None:
        return value
    return f"{value} ({format_number(found.numerator)} ÷ {format_number(found.denominator)})"


def _of(points: Decimal | None) -> str:
    return NOTHING if points is None else format_number(Fraction(points))


def _percent(share: Fraction) -> str:
    return format_share(Fraction(format_number(share, 4)))


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def _render_json(
    table: ScoreTable, plans: Sequence[AgentPlan], team: TeamPlan | None, is_sealed: bool, lang: str
) -> str:
    document = {
        "schema": SCHEMA,
        "period": period_record(table, lang),
        "rubric": rubric_record(table),
        "is_sealed": is_sealed,
        "agents": [_plan_record(plan, lang) for plan in plans],
        "team": _team_record(team, lang) if team else None,
        "warnings": say_all(table.warnings, lang),
    }
    return write_json(document) + "\n"


def _plan_record(plan: AgentPlan, lang: str) -> dict[str, Any]:
    card, need = plan.card, plan.need
    return {
        "agent_id": card.agent.agent_id,
        "name": card.agent.name,
        "team": card.agent.team,
        "score": result_or_null(card.score),
        "grade": card.grade,
        "rank": card.rank,
        "strengths": [
            {"indicator": one.line.name, "dimension": one.line.dimension, "unit": one.line.unit,
             "value": plain_or_null(one.line.value), "others": plain_or_null(one.others.value),
             "points": result_or_null(one.line.points)}
            for one in plan.strengths
        ],
        "losses": [_loss_record(loss) for loss in plan.losses],
        "trainings": [_lesson_record(one, lang) for one in plan.lessons],
        "need": need and {
            "kind": need.kind, "ability": plain_number(need.ability), "results": plain_or_null(need.results),
            "offer": title_of(need.offer, lang, "") or None,
        },
        "since": plan.since,
        "steps": [
            {"indicator": step.name,
             "lost_before": result_or_null(step.before), "max_before": plain_number(step.before_of),
             "lost_now": result_or_null(step.now), "max_now": plain_or_null(step.now_of), "change": step.change}
            for step in plan.steps
        ],
    }  # fmt: skip


def _loss_record(loss: Loss) -> dict[str, Any]:
    line = loss.line
    return {
        "indicator": line.name,
        "dimension": line.dimension,
        "unit": line.unit,
        "value": plain_or_null(line.value),
        "numerator": plain_or_null(line.numerator),
        "denominator": plain_or_null(line.denominator),
        "target": line.target,
        "others": plain_or_null(loss.others.value),
        "points": result_or_null(line.points),
        "max_points": plain_number(line.max_points),
        "lost": result_or_null(loss.lost),
        "is_weak": loss.is_weak,
        "finding": loss.finding,
        "place": loss.place and _part_record(loss.place),
        "rest": loss.rest and _figure_record(loss.rest),
        "parts": [_part_record(part) for part in loss.parts],
    }


def _part_record(part: Part) -> dict[str, Any]:
    figures = {"own": _figure_record(part.own), "others": _figure_record(part.others)}
    return {"column": part.column, "value": part.value, **figures}


def _figure_record(found: AggregateResult) -> dict[str, Any]:
    return {
        "value": plain_or_null(found.value),
        "numerator": plain_or_null(found.numerator),
        "denominator": plain_or_null(found.denominator),
    }


def _lesson_record(one: Lesson, lang: str) -> dict[str, Any]:
    return {"name": one.name, "title": title_of(one.title, lang, one.name), "indicators": list(one.indicators)}


def _team_record(team: TeamPlan, lang: str) -> dict[str, Any]:
    return {
        "name": team.name,
        "common": [
            {"indicator": one.name, "weak": one.weak, "scored": one.scored, "lost": result_or_null(one.lost)}
            for one in team.common
        ],
        "trainings": [{**_lesson_record(one, lang), "agents": list(whom)} for one, whom in team.lessons],
        "topics": [
            {"table": one.table, "column": one.column, "value": one.value, "count": one.count, "members": one.members}
            for one in team.topics
        ],
        "coaching": [
            {"agent_id": met.agent.agent_id, "rule": met.name, "title": title_of(met.rule.title, lang, met.name),
             "periods": [
                 {"label": period, "reason": say_list(reason, lang)} for period, reason in met.periods
             ]}
            for met in team.listed
        ],
    }  # fmt: skip
