"""What became of a month that was sealed, and what a check of the ledger found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.period import name_months
from csperf.render.json import rubric_record, say_all, standing_record, write_json
from csperf.render.numbers import NOTHING, points_text, result_or_null, signed_points
from csperf.render.terminal import Column, build_grid, clean, fit_columns, indent, print_text, wrap
from csperf.render.words import agent_label, label, say
from csperf.scoring.cards import Number
from csperf.scoring.compare import AgentChange
from csperf.scoring.sealing import CheckedMonth, Finding, Sealing, Verification

LedgerFormat = Literal["table", "json"]
FORMATS: tuple[LedgerFormat, ...] = ("table", "json")
SEAL_SCHEMA, VERIFY_SCHEMA = "csperf/seal/v1", "csperf/verify/v1"


def render_sealing(
    sealing: Sealing, format: LedgerFormat, lang: str, *, width: int = 80, color: bool = False
) -> str:  # fmt: skip
    """What became of the month; of an adjustment, who comes to something else."""
    if format == "json":
        return write_json(_sealing_record(sealing, lang)) + "\n"
    table = sealing.table
    said = label(f"seal-{sealing.status}", lang, month=table.label, folder=sealing.folder)
    counts = label(
        "seal-counts", lang, agents=Number(len(table.cards)), inputs=Number(sealing.inputs), name=table.rubric_name,
        version=table.rubric_version,
    )  # fmt: skip
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(said, width)]
    parts += [Text(line) for line in wrap(counts, width)]
    for why in table.provisional:
        text = label("seal-provisional", lang, why=say(why, lang))
        parts += [Text(line, style="yellow") for line in wrap(text, width)]
    changed = _list_changed(sealing)
    if changed:
        parts += ["", build_grid(fit_columns(_change_columns(changed, lang), width)[0])]
    return print_text(parts, color)


def render_verification(
    found: Verification, format: LedgerFormat, lang: str, *, width: int = 80, color: bool = False
) -> str:  # fmt: skip
    """The months that were checked, and everything that is not as it was sealed."""
    if format == "json":
        return write_json(_verification_record(found, lang)) + "\n"
    title = label("verify-title", lang, folder=found.ledger)
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(title, width)]
    parts += ["", build_grid(fit_columns(_month_columns(found, lang), width)[0]), ""]
    for one in found.findings:
        said = label("colon", lang, head=name_months(one.labels), text=clean(say(one.text, lang)))
        parts += [Text(line, style="red") for line in indent(said, width, "✗ ")]
    code = "verify-not-fine" if found.findings else "verify-fine"
    total = label(code, lang, months=Number(len(found.months)), findings=Number(len(found.findings)))
    parts += [Text(line, style="bold") for line in wrap(total, width)]
    parts += [Text(line, style="dim") for note in found.notes for line in wrap(say(note, lang), width)]
    return print_text(parts, color)


def _list_changed(sealing: Sealing) -> list[AgentChange]:
    changes = sealing.comparison.agents if sealing.comparison else ()
    return [one for one in changes if one.before != one.after or any(line.difference for line in one.indicators)]


def _change_columns(changed: Sequence[AgentChange], lang: str) -> list[Column]:
    scores = [[points_text(standing.score) for standing in (one.before, one.after)] for one in changed]
    differences = [signed_points(one.difference) for one in changed]
    return [
        Column("agent", (label("ledger-agent", lang),), [clean(agent_label(one.agent, lang)) for one in changed]),
        Column("before", (label("ledger-before", lang),), [before for before, _ in scores], right=True),
        Column("after", (label("ledger-after", lang),), [after for _, after in scores], right=True),
        Column("change", (label("ledger-change", lang),), differences, right=True),
    ]


def _month_columns(found: Verification, lang: str) -> list[Column]:
    months = found.months

    def column(name: str, cells: Sequence[object], importance: int = 0, right: bool = True) -> Column:
        shown = [NOTHING if cell is None else str(cell) for cell in cells]
        return Column(name, (label(f"ledger-{name}", lang),), shown, importance, right=right)

    counts = [sum(one.label in finding.labels for finding in found.findings) for one in months]
    return [
        column("month", [one.label for one in months], right=False),
        column("sealed-on", [one.sealed_on for one in months], right=False),
        column("adjustments", [one.adjustments or None for one in months]),
        column("rubric", [_say_rubric(one) for one in months], importance=2, right=False),
        column("agents", [one.agents for one in months], importance=1),
        column("inputs", [one.inputs for one in months], importance=1),
        column("findings", [count or None for count in counts]),
    ]


def _say_rubric(month: CheckedMonth) -> str | None:
    return None if month.rubric_name is None else f"{month.rubric_name} {month.rubric_version}"


def _sealing_record(sealing: Sealing, lang: str) -> dict[str, Any]:
    table = sealing.table
    return {
        "schema": SEAL_SCHEMA,
        "month": table.label,
        "status": sealing.status,
        "folder": sealing.folder,
        "rubric": rubric_record(table),
        "agents": len(table.cards),
        "inputs": sealing.inputs,
        "differences": list(_change_records(sealing)),
        "provisional": say_all(table.provisional, lang),
        "warnings": say_all(table.warnings, lang),
    }


def _change_records(sealing: Sealing) -> Iterator[dict[str, Any]]:
    for one in _list_changed(sealing):
        yield {
            "agent_id": one.agent.agent_id,
            "name": one.agent.name,
            "team": one.agent.team,
            "before": standing_record(one.before),
            "after": standing_record(one.after),
            "difference": result_or_null(one.difference),
        }


def _verification_record(found: Verification, lang: str) -> dict[str, Any]:
    return {
        "schema": VERIFY_SCHEMA,
        "ledger": found.ledger,
        "months": [
            {
                "month": one.label, "sealed_on": one.sealed_on, "adjustments": one.adjustments,
                "rubric": one.rubric_name, "rubric_version": one.rubric_version, "agents": one.agents,
                "inputs": one.inputs,
            }
            for one in found.months
        ],
        "findings": [_finding_record(one, lang) for one in found.findings],
        "notes": say_all(found.notes, lang),
    }  # fmt: skip


def _finding_record(one: Finding, lang: str) -> dict[str, Any]:
    return {
        "months": list(one.labels), "kind": one.kind, "file": one.file, "agent": one.agent, "key": one.key,
        "text": say(one.text, lang),
    }  # fmt: skip
