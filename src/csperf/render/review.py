"""A review of indicators: whether each still tells anything, and the figures behind that."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.render.csv import neutralise, write_csv
from csperf.render.json import say_all, write_json
from csperf.render.md import escape_md, join_blocks, md_grid
from csperf.render.numbers import NOTHING, plain_number, plain_or_null, result_number
from csperf.render.table import left_out_names
from csperf.render.terminal import Column, break_heading, build_grid, fit_columns, indent, print_text, wrap
from csperf.render.words import label, say, title_of
from csperf.scoring.cards import Number
from csperf.scoring.figures import format_number, format_points
from csperf.scoring.review import LEAST_CARDS, Correlation, IndicatorReview, Review, signed

ReviewFormat = Literal["table", "json", "csv", "md"]
FORMATS: tuple[ReviewFormat, ...] = ("table", "json", "csv", "md")
SCHEMA = "csperf/review/v1"


def render_review(
    review: Review, format: ReviewFormat, lang: str, *,
    width: int = 80, color: bool = False, bom: bool = False, asked: str = "",
) -> str:  # fmt: skip
    """A review in one of the formats.

    width, color and asked (the flags, quoted, that its command repeats) matter to the terminal table, bom to CSV only.
    """
    match format:
        case "table":
            return _render_table(review, lang, width, color, asked)
        case "json":
            return _render_json(review, lang)
        case "csv":
            return write_csv(_csv_rows(review, lang), bom)
        case "md":
            return _render_md(review, lang)


def _title(review: Review, lang: str) -> str:
    labels = list(review.months)
    title = label(
        "review-title", lang, name=review.rubric_name, version=review.rubric_version, first=labels[0], last=labels[-1]
    )
    return f"{title} · {review.zone}"


def _cards_line(review: Review, lang: str) -> str:
    months = [record for record in review.months.values() if record is not None]
    agents = {card.agent.agent_id for month in months for card in month.agents.table.cards}
    return label("review-cards", lang, months=Number(len(months)), agents=Number(len(agents)))


def _verdicts(review: Review, lang: str) -> list[tuple[str, str]]:
    return [(title_of(one.title, lang, one.name), say(one.verdict, lang)) for one in review.indicators]


def _notes(review: Review, lang: str) -> list[str]:
    return [*say_all(review.notes, lang), label("review-how", lang, least=LEAST_CARDS)]


def _columns(review: Review, lang: str) -> list[Column]:
    found = review.indicators

    def column(name: str, cells: list[str], importance: int) -> Column:
        return Column(name, break_heading(label(f"review-head-{name}", lang)), cells, importance, right=True)

    def of_satisfaction(one: IndicatorReview) -> str:
        return NOTHING if one.satisfaction is None else _rho_text(one.satisfaction)

    return [
        Column("indicator", (label("head-indicator", lang),), [title_of(one.title, lang, one.name) for one in found]),
        column("full", [_percent(one.full, one.scored) for one in found], 0),
        column("unmeasured", [_percent(one.unmeasured, one.cards) for one in found], 2),
        column("lost", [_lost_text(one, lang) for one in found], 1),
        column("ranks", [_ranks_text(one, lang) for one in found], 3),
        column("satisfaction", [of_satisfaction(one) for one in found], 4),
        column("spread", [_span((one.spread.p10, one.spread.p90) if one.spread else None) for one in found], 5),
        Column("nearest", (label("review-head-nearest", lang),), [_near_text(one, review, lang) for one in found], 6),
        column("cards", [str(one.cards) for one in found], 7),
        column("unscored", [_percent(one.cards - one.scored, one.cards) for one in found], 8),
        column("deviation", [_points(Fraction(one.spread.deviation) if one.spread else None) for one in found], 9),
        column("range", [_span((one.spread.low, one.spread.high) if one.spread else None) for one in found], 10),
    ]


def _percent(part: int, whole: int) -> str:
    return f"{format_number(Fraction(100 * part, whole), 0)}%" if whole else NOTHING


def _points(share: Fraction | None) -> str:
    return NOTHING if share is None else f"{format_number(share * 100, 0)}%"


def _span(ends: tuple[Fraction, Fraction] | None) -> str:
    return NOTHING if ends is None else "–".join(map(_points, ends))


def _lost_text(one: IndicatorReview, lang: str) -> str:
    points = format_points(one.points_lost)
    return (
        points if one.lost_share is None else label("review-lost", lang, points=points, share=_points(one.lost_share))
    )


def _ranks_text(one: IndicatorReview, lang: str) -> str:
    return NOTHING if one.ranks_changed is None else label("review-of", lang, part=one.ranks_changed, whole=one.ranks)


def _rho_text(one: Correlation) -> str:
    return NOTHING if one.rho is None else signed(one.rho)


def _near_text(one: IndicatorReview, review: Review, lang: str) -> str:
    near = one.strongest
    if near is None:
        return NOTHING
    return label("review-near", lang, rho=_rho_text(near), other=title_of(near.title, lang, near.name))


def _render_table(review: Review, lang: str, width: int, color: bool, asked: str) -> str:
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(_title(review, lang), width)]
    parts += [Text(line) for line in wrap(_cards_line(review, lang), width)]
    shown, left_out = fit_columns(_columns(review, lang), width)
    parts += ["", build_grid(shown), ""]
    for title, said in _verdicts(review, lang):
        parts += map(Text, indent(label("colon", lang, head=title, text=said), width, "- "))
    below = [line for note in _notes(review, lang) for line in wrap(note, width)]
    if left_out:
        below += left_out_names([" ".join(column.heading) for column in left_out], lang, width)
        below.append(label("see-all", lang, command=f"csperf rubric review{asked} --format csv"))
    return print_text([*parts, "", *(Text(line, style="dim") for line in below)], color)


def _render_md(review: Review, lang: str) -> str:
    columns = _columns(review, lang)
    blocks = [
        [f"# {escape_md(_title(review, lang))}"],
        [escape_md(_cards_line(review, lang))],
        md_grid(columns),
        [f"- **{escape_md(title)}**: {escape_md(said)}" for title, said in _verdicts(review, lang)],
        [f"- {escape_md(note)}" for note in _notes(review, lang)],
    ]
    return join_blocks(blocks)


def _csv_rows(review: Review, lang: str) -> list[list[str]]:
    names = [one.name for one in review.indicators]
    rows = [[*_figures(review.indicators[0]), *(f"rho_{name}" for name in names), "verdict"]]
    for one in review.indicators:
        rhos = {each.name: each.rho for each in one.correlations}
        cells = ["" if value is None else f"{value:f}" if isinstance(value, Decimal) else neutralise(str(value))
                 for value in _figures(one).values()]  # fmt: skip
        cells += ["" if (rho := rhos.get(name)) is None else f"{plain_number(rho):f}" for name in names]
        rows.append([*cells, neutralise(say(one.verdict, lang))])
    return rows


def _figures(one: IndicatorReview) -> dict[str, Any]:
    """What JSON and CSV both say, by its name there; shares from 0 to 1."""
    spread, near, with_satisfaction = one.spread, one.strongest, one.satisfaction
    return {
        "indicator": one.name,
        "dimension": one.dimension,
        "weight": plain_number(one.weight),
        "months": one.months,
        "agents": one.agents,
        "cards": one.cards,
        "scored": one.scored,
        "unmeasured": one.unmeasured,
        "full_marks": one.full,
        "full_marks_share": plain_number(Fraction(one.full, one.scored)) if one.scored else None,
        "months_all_full": one.months_full,
        "share_min": plain_number(spread.low) if spread else None,
        "share_p10": plain_number(spread.p10) if spread else None,
        "share_p90": plain_number(spread.p90) if spread else None,
        "share_max": plain_number(spread.high) if spread else None,
        "share_deviation": plain_number(spread.deviation) if spread else None,
        "points_lost": result_number(one.points_lost),
        "points_lost_share": plain_or_null(one.lost_share),
        "ranks": one.ranks,
        "ranks_changed": one.ranks_changed,
        "strongest": near.name if near else None,
        "strongest_rho": plain_or_null(near.rho) if near else None,
        "satisfaction_rho": plain_or_null(with_satisfaction.rho) if with_satisfaction else None,
    }


def _render_json(review: Review, lang: str) -> str:
    document = {
        "schema": SCHEMA,
        "zone": review.zone,
        "rubric": {"name": review.rubric_name, "version": review.rubric_version},
        "months": [
            {"label": name, "record": "absent" if record is None else record.record}
            for name, record in review.months.items()
        ],
        "satisfaction": review.satisfaction,
        "indicators": [
            {**_figures(one), "title": title_of(one.title, lang, one.name),
             "correlations": [
                 {"indicator": each.name, "rho": plain_or_null(each.rho),
                  "pairs": each.pairs}
                 for each in one.correlations
             ],
             "verdict": {"code": one.verdict.code.removeprefix("review-"), "text": say(one.verdict, lang)}}
            for one in review.indicators
        ],
        "notes": say_all(review.notes, lang),
    }  # fmt: skip
    return write_json(document) + "\n"
