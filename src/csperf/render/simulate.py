"""One period under two rubrics: who gains, who loses, and by which indicator."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.render.csv import neutralise, write_csv
from csperf.render.json import period_record, rubric_record, say_all, standing_record, write_json
from csperf.render.md import escape_md, join_blocks, md_grid
from csperf.render.numbers import NOTHING, points_text, result_number, result_or_null, signed_points
from csperf.render.outcomes import heading_parts, provisional_lines
from csperf.render.table import left_out_names
from csperf.render.terminal import Column, break_heading, build_grid, clean, fit_columns, print_text, wrap
from csperf.render.titles import grade_title, rubric_title
from csperf.render.words import agent_label, label, title_of
from csperf.scoring.cards import Number, ScoreTable
from csperf.scoring.compare import AgentChange, Comparison

SimulateFormat = Literal["table", "json", "csv", "md"]
FORMATS: tuple[SimulateFormat, ...] = ("table", "json", "csv", "md")
SCHEMA = "csperf/simulate/v1"


def render_simulation(
    before: ScoreTable, after: ScoreTable, comparison: Comparison, format: SimulateFormat, lang: str, *,
    width: int = 80, color: bool = False, bom: bool = False, asked: str = "",
) -> str:  # fmt: skip
    """The comparison of two tables of one period.

    width, color and asked (the flags, quoted, that its command repeats) matter to the terminal table, bom to CSV only.
    """
    match format:
        case "table":
            return _render_table(before, after, comparison, lang, width, color, asked)
        case "json":
            return _render_json(before, after, comparison, lang)
        case "csv":
            return write_csv(_csv_rows(before, comparison), bom)
        case "md":
            return _render_md(before, after, comparison, lang)


def _render_table(
    before: ScoreTable, after: ScoreTable, comparison: Comparison, lang: str, width: int, color: bool, asked: str
) -> str:
    title = label("simulate-title", lang, period=before.label)
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(f"{title} · {before.zone}", width)]
    parts += [Text(line) for said in _rubric_lines(before, after, lang) for line in wrap(said, width)]
    provisional = provisional_lines(comparison.provisional, lang)
    parts += [Text(line, style="yellow") for said in provisional for line in wrap(said, width)]
    shown, left_out = fit_columns(_columns(before, after, comparison, lang), width)
    parts += ["", build_grid(shown), ""]
    parts += [Text(line, style="bold") for line in wrap(_total_line(comparison, lang), width)]
    below = [line for said in _unknown_lines(comparison, lang) for line in wrap(said, width)]
    if left_out:
        below += left_out_names([" ".join(column.heading).strip() for column in left_out], lang, width)
        below.append(label("see-all", lang, command=f"csperf simulate{asked} --format csv"))
    return print_text([*parts, *(Text(line, style="dim") for line in below)], color)


def _columns(before: ScoreTable, after: ScoreTable, comparison: Comparison, lang: str) -> list[Column]:
    """The agents and, below them, the sums."""
    agents = comparison.agents
    columns = [
        Column("agent_id", (label("head-agent-id", lang),),
               [*(clean(one.agent.agent_id) for one in agents), label("head-total", lang)]),
    ]  # fmt: skip
    if any(one.agent.name for one in agents):
        names = [*(clean(one.agent.name or NOTHING) for one in agents), ""]
        columns.append(Column("name", (label("head-name", lang),), names, importance=3))
    columns += [
        Column(code, (label(f"head-{code}", lang),), [*map(points_text, scores), ""], right=True)
        for code, scores in (
            ("before", [one.before.score for one in agents]),
            ("after", [one.after.score for one in agents]),
        )
    ]
    changes = [*(one.difference for one in agents), comparison.total]
    titles = {**before.indicator_titles, **after.indicator_titles}
    columns += [
        _signed_column("change", (label("head-change", lang),), changes, 0),
        Column("grade", (label("head-grade", lang),),
               [*(_grades(before, after, one, lang) for one in agents), ""], importance=1),
        Column("rank", (label("head-rank", lang),), [*(_ranks(one) for one in agents), ""], importance=2, right=True),
    ]  # fmt: skip
    columns += [
        _signed_column(
            name, break_heading(title_of(titles[name], lang, name)),
            [*(_difference(one, name) for one in agents), comparison.indicators[name]], 4,
        )
        for name in _moved(comparison)
    ]  # fmt: skip
    return columns


def _moved(comparison: Comparison) -> list[str]:
    """The indicators that change anybody's points, the one that moves most first."""
    moved = {
        name: sum((abs(_difference(one, name) or Decimal(0)) for one in comparison.agents), Decimal(0))
        for name in comparison.indicators
    }
    return sorted((name for name in moved if moved[name]), key=lambda name: -moved[name])


def _difference(change: AgentChange, name: str) -> Decimal | None:
    """What an indicator adds to the agent's score; nothing is known where there is no difference of scores."""
    if change.difference is None:
        return None
    return next((one.difference for one in change.indicators if one.name == name), Decimal("0.00"))


def _signed_column(name: str, heading: tuple[str, ...], values: list[Decimal | None], importance: int) -> Column:
    styles = ["" if not value else "green" if value > 0 else "red" for value in values]
    return Column(name, heading, [signed_points(value) for value in values], importance, right=True, styles=styles)


def _grades(before: ScoreTable, after: ScoreTable, change: AgentChange, lang: str) -> str:
    return _arrow(grade_title(before, change.before.grade, lang), grade_title(after, change.after.grade, lang))


def _ranks(change: AgentChange) -> str:
    old, new = (NOTHING if one.rank is None else str(one.rank) for one in (change.before, change.after))
    return _arrow(old, new)


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _rubric_lines(before: ScoreTable, after: ScoreTable, lang: str) -> Iterator[str]:
    for code, table in (("before", before), ("after", after)):
        title, name = rubric_title(table, lang), table.rubric_name
        rubric = label("card-rubric", lang, title=title, name=name, version=table.rubric_version)
        yield label(f"simulate-{code}", lang, rubric=" · ".join([rubric, *heading_parts(table, lang)]))


def _total_line(comparison: Comparison, lang: str) -> str:
    return label(
        "simulate-totals", lang, gaining=Number(comparison.gaining), losing=Number(comparison.losing),
        level=Number(comparison.level), total=signed_points(comparison.total),
    )  # fmt: skip


def _unknown_lines(comparison: Comparison, lang: str) -> Iterator[str]:
    unknown = [clean(agent_label(one.agent, lang)) for one in comparison.agents if one.difference is None]
    if unknown:
        yield label("simulate-unknown", lang, agents=label("list-comma", lang).join(unknown))


def _render_md(before: ScoreTable, after: ScoreTable, comparison: Comparison, lang: str) -> str:
    columns = _columns(before, after, comparison, lang)
    said = [*_rubric_lines(before, after, lang), *provisional_lines(comparison.provisional, lang)]
    blocks = [
        [f"# {escape_md(label('simulate-title', lang, period=before.label))}"],
        [f"- {escape_md(line)}" for line in said],
        md_grid(columns),
        [escape_md(_total_line(comparison, lang))],
        [escape_md(line) for line in _unknown_lines(comparison, lang)],
    ]
    return join_blocks(blocks)


def _csv_rows(before: ScoreTable, comparison: Comparison) -> list[list[str]]:
    fixed = ["period", "agent_id", "name", "team", "score_before", "score_after", "difference", "grade_before",
             "grade_after", "rank_before", "rank_after"]  # fmt: skip
    rows = [fixed + [f"{name}_difference" for name in _listed(comparison)]]
    for one in comparison.agents:
        who = (before.label, one.agent.agent_id, one.agent.name or "", one.agent.team or "")
        points = (one.before.score, one.after.score, one.difference)
        ranks = ("" if standing.rank is None else str(standing.rank) for standing in (one.before, one.after))
        rows.append(
            [*map(neutralise, who), *(points_text(value, "") for value in points),
             one.before.grade or "", one.after.grade or "", *ranks,
             *(points_text(_difference(one, name), "") for name in _listed(comparison))]
        )  # fmt: skip
    return rows


def _listed(comparison: Comparison) -> list[str]:
    """Every indicator of either rubric."""
    return list(dict.fromkeys(line.name for one in comparison.agents for line in one.indicators))


def _render_json(before: ScoreTable, after: ScoreTable, comparison: Comparison, lang: str) -> str:
    document = {
        "schema": SCHEMA,
        "period": {**period_record(after, lang), "provisional": say_all(comparison.provisional, lang)},
        "before": rubric_record(before),
        "after": rubric_record(after),
        "agents": [_agent_record(one) for one in comparison.agents],
        "totals": {
            "gaining": comparison.gaining,
            "losing": comparison.losing,
            "level": comparison.level,
            "unknown": comparison.unknown,
            "difference": result_number(comparison.total),
            "indicators": [
                {"name": name, "difference": result_number(total)} for name, total in comparison.indicators.items()
            ],
        },
        "warnings": say_all(comparison.warnings, lang),
    }
    return write_json(document) + "\n"


def _agent_record(change: AgentChange) -> dict[str, Any]:
    return {
        "agent_id": change.agent.agent_id,
        "name": change.agent.name,
        "team": change.agent.team,
        "before": standing_record(change.before),
        "after": standing_record(change.after),
        "difference": result_or_null(change.difference),
        "indicators": [
            {"name": one.name, "before": result_or_null(one.before), "after": result_or_null(one.after),
             "difference": result_number(one.difference)}
            for one in change.indicators
        ],
    }  # fmt: skip
