"""Writes the reference pages whose truth is in the code: docs/{cli,tables,measures,platforms}.md.

python docs/generate.py            rewrite them
python docs/generate.py --check    say which are stale, and exit with 1 if any is
"""

from __future__ import annotations

import argparse
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from typer import Typer
from typer.models import ArgumentInfo, OptionInfo

from csperf.cli import app
from csperf.engines.polars_cells import FALSE_WORDS, TRUE_WORDS
from csperf.engines.polars_sql import check_sql
from csperf.exports.format_file import ColumnRule, FormatFile, load_format
from csperf.render.rubric import formula_text
from csperf.render.words import title_of
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.measure_checks import check_measure
from csperf.rubric.measures import Measure
from csperf.tables import TABLES
from csperf.tables.contract import Column, compile_table
from csperf.tables.kinds import Table

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE.parent / "configs" / "measures.yaml"
MADE = "<!-- Made by docs/generate.py: change the code, then run it again. -->\n\n"

# --- docs/cli.md -----------------------------------------------------------------------------------

CLI_HEAD = """\
# Commands

Results go to stdout; progress, warnings and problems to stderr. Exit codes: 0 fine · 1 problems in a rubric,
the data or a check · 2 wrong usage · 3 a bug of ours · 4 a sealed month was altered or differs from today's files ·
75 another run has the ledger · 130 interrupted.

Each flag can be set by the variable beside it; a flag on the command line wins. `NO_COLOR` switches colours
off, `COLUMNS` sets the width of tables, `CSPERF_DEBUG=1` prints the traceback of a bug.
"""


def render_cli() -> str:
    """Every command with its arguments, flags and variables."""
    parts = [CLI_HEAD]
    for name, function in sorted_commands(app, "csperf"):
        arguments, flags = [], []
        for parameter, annotation, info, default in read_parameters(function):
            if isinstance(info, OptionInfo):
                flags.append(flag_row(annotation, info, default))
            else:
                shown = info.metavar or parameter.upper()
                arguments.append((f"`{shown}`", info.help or ""))
        usage = " ".join([name, *(argument.strip("`") for argument, _ in arguments), "[FLAGS]"])
        said = docstring(function) or app.info.help
        parts.append(f"## {name}\n\n{said}\n\n```text\n{usage}\n```\n")
        if arguments:
            parts.append(table(("argument", "what it is"), arguments))
        parts.append(table(("flag", "variable", "what it does"), flags))
    return "\n".join(parts)


def sorted_commands(group: Typer, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(whole name, function) of every command, in the order of `--help`; the bare program comes first."""
    if group.registered_callback and group.registered_callback.callback:
        yield prefix, group.registered_callback.callback
    for command in group.registered_commands:
        assert command.callback
        yield f"{prefix} {command.name or command.callback.__name__}", command.callback
    for inner in group.registered_groups:
        assert inner.typer_instance
        yield from sorted_commands(inner.typer_instance, f"{prefix} {inner.name}")


def read_parameters(
    function: Callable[..., Any],
) -> Iterator[tuple[str, Any, OptionInfo | ArgumentInfo, Any]]:
    """(name, type, what Typer knows, default) of each parameter of a command."""
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        annotation, info = typing.get_args(hints[name])
        yield name, annotation, info, parameter.default


def flag_row(annotation: Any, info: OptionInfo, default: Any) -> tuple[str, str, str]:
    """One flag as a row: how it is written, its variable, what it does."""
    # Inside Annotated there is no default, so Typer keeps the first spelling in its place.
    written = ", ".join(f"`{declared}`" for declared in (info.default, *(info.param_decls or ())))
    plain = next((part for part in typing.get_args(annotation) if part is not types.NoneType), annotation)
    is_choice = isinstance(plain, type) and issubclass(plain, Enum)
    value = " ".join(f"`{choice.value}`" for choice in plain) if is_choice else code(info.metavar)
    said = info.help or ""
    if isinstance(default, Enum):
        said += f" Default: `{default.value}`."
    variable = info.envvar if isinstance(info.envvar, str) else None
    return f"{written} {value}".rstrip(), code(variable), said


def code(text: str | None) -> str:
    """A piece of code; nothing for none."""
    return f"`{text}`" if text else ""


def docstring(thing: object) -> str:
    """What a function or class says of itself, on one line per paragraph."""
    return "\n\n".join(" ".join(block.split()) for block in (inspect.getdoc(thing) or "").split("\n\n"))


# --- docs/tables.md --------------------------------------------------------------------------------

TABLES_HEAD = """\
# Tables

What csperf knows how to read. A CSV or Excel file whose headers are the names below needs no
[format file](formats.md); any other export gets one. Columns that are not required may be left out: only the
measures that need them go without, and csperf says so.

A row that breaks a rule of its table is set aside, counted and reasoned; `csperf data check --rejects FILE`
writes such rows out. A row of the roster that would be set aside stops scoring instead: its agent would lose team,
role and presence. Rows that repeat a key count once: where a table has a version column, the row with its greatest
value wins.

## Kinds of columns

"""
KINDS = {
    "id": "text as it is, leading zeros included; `1.03E+13` is refused, as a spreadsheet has damaged it",
    "agent": "who it was: an id, account, mail or nickname; the roster's aliases lead it to one agent",
    "text": "words as they are",
    "category": "one of the words listed",
    "integer": "a whole number; thousands may be grouped (1,234)",
    "number": "any finite number; thousands may be grouped (1,234.5)",
    "share": "a share from 0 to 1; a format file says where an export writes 98.5% or 98.5",
    "seconds": "a duration in seconds; a format file says where it is in minutes, 00:01:23 or 1分23秒",
    "flag": f"true: {', '.join(TRUE_WORDS)}; false: {', '.join(FALSE_WORDS)}",
    "time": "2025-06-03 14:05, with or without seconds and fractions; `/` for `-` and `T` for the space are "
    "fine; with `Z` or `+08:00` behind it an instant of its own, else in the source's zone; "
    "a format file can name other forms",
    "day": "2025-06-03 or 2025/06/03",
}
DERIVED_SAID = {
    "resolution_hours": "clock hours from `created_at` to `resolved_at`; empty while unresolved",
    "resolution_workdays": "the same in [working days](time.md) of the workspace's calendar",
    "resolution_workhours": "the same in [working hours](time.md) of the workspace",
    "open_hours": "clock hours from `created_at` to `resolved_at`, or to the period's end while unresolved",
    "open_workdays": "the same in working days",
    "open_workhours": "the same in working hours",
    "first_reply_workhours": "working hours from `created_at` to `first_reply_at`; empty without a reply",
    "repeat_days": "days of 24 hours from `resolved_at` to the next case that the same customer opened after this "
    "one, in whatever month; below 0 where it came before this one was resolved; empty for none",
    "answer_hours": "clock hours from `requested_at` to `answered_at`; empty without an answer",
    "open_answer_hours": "clock hours from `requested_at` (a message's `sent_at`) to `answered_at`, or to the period's "
    "end without an answer",
}


def render_tables() -> str:
    """Every canonical table with its columns, key, rules and what they mean."""
    head = TABLES_HEAD + table(("kind", "what may stand in a cell"), KINDS.items())
    return "\n".join([head, *map(render_table, TABLES.values())])


def render_table(cls: type[Table]) -> str:
    """One table."""
    contract = compile_table(cls)
    facts = [f"One row is named by {listing(contract.key)}."] if contract.key else []
    if contract.at:
        facts.append(f"The month is decided by `{contract.at}`, unless a measure says otherwise.")
    if contract.version:
        facts.append(f"Of rows with one key, the one with the greatest `{contract.version}` counts.")
    rows = [
        (f"`{column.name}`", column.kind, "yes" if column.required else "", meaning(column))
        for column in contract.columns.values()
    ]
    parts = [
        f"## {contract.table}\n\n{docstring(cls)} {' '.join(facts)}\n",
        table(("column", "kind", "required", "meaning"), rows),
    ]
    if contract.rules:
        rules = [(f"`data-{name}`", f"`{sql}`") for name, sql in contract.rules.items()]
        parts.append(table(("a row is set aside with", "where"), rules))
    if contract.derived:
        derived = [(f"`{name}`", DERIVED_SAID[name]) for name in contract.derived]
        parts.append("Measures can also use:\n\n" + table(("column", "meaning"), derived))
    return "\n".join(parts)


def meaning(column: Column) -> str:
    """Description, allowed words and bounds of a column."""
    said = [column.description] if column.description else []
    if column.words:
        said.append("one of " + listing(column.words))
    if column.low is not None and column.kind not in ("share", "seconds"):
        bounds = f"{column.low:g} or more" if column.high is None else f"{column.low:g} to {column.high:g}"
        said += [] if bounds in column.description else [bounds]
    return "; ".join(said)


def listing(names: typing.Iterable[str]) -> str:
    """Names as code, with commas."""
    return ", ".join(f"`{name}`" for name in names)


# --- docs/measures.md ------------------------------------------------------------------------------

MEASURES_HEAD = """\
# Measures · 指标口径

The catalogue that ships with csperf: what a rubric can name. How to change one or add your own:
[rubric.md](rubric.md#measures).

csperf 自带的指标目录，方案里可以直接写名称。如何修改或新增，见[方案写法](rubric.md#measures)。

"""
BETTER = {"higher": "higher is better · 越高越好", "lower": "lower is better · 越低越好", None: ""}


def render_measures() -> str:
    """The catalogue in both languages."""
    entries = load_catalogue([CATALOGUE]).entries
    measures: dict[str, Measure] = {}
    for name, entry in entries.items():
        measure, problems = check_measure(entry, check_sql)
        assert measure is not None, f"{name}: {problems}"
        measures[name] = measure
    overview = [
        (f"[`{name}`](#{name})", title_of(measure.title, "en", name), title_of(measure.title, "zh-CN", name))
        for name, measure in measures.items()
    ]
    parts = [MEASURES_HEAD + table(("name", "measure", "指标"), overview)]
    for name, measure in measures.items():
        origins = [
            f"`{term.table}` by `{term.at}`, credited to `{term.agent}`"
            + (", or to who `order_agents` says" if term.is_shared else "")
            for term in measure.terms
        ]
        facts = [("from · 数据", ", ".join(dict.fromkeys(origins)))] if origins else []
        facts.append(("formula · 公式", formula_text(measure, measures, "en")))
        days = measure.matures_days
        facts += [("final · 定值", f"{days} days after the period · 期末后 {days} 天")] if days else []
        facts += [("unit · 单位", f"`{measure.unit}`")] if measure.unit else []
        facts += [("direction · 方向", BETTER[measure.better])] if measure.better else []
        facts.append(("source · 出处", measure.source))
        definitions = [title_of(measure.definition, lang, "") for lang in ("en", "zh-CN")]
        parts.append("\n\n".join([f"## {name}", *definitions, ""]) + table(("", ""), facts))
    return "\n".join(parts)


# --- docs/platforms.md -----------------------------------------------------------------------------

PLATFORMS_HEAD = """\
# Platforms · 平台

The exports that csperf knows. `csperf data inspect FILE` says which of them a file is, and with `--write` adds it
to `csperf.yaml`; by hand it reads `tickets: {files: "exports/*.csv", format: zendesk-tickets}`. A template is for an
export whose headers could not be verified: `csperf data formats udesk-tickets -o formats/udesk.yaml`, then fill in
the headers of your file ([formats.md](formats.md)).

csperf 认识的导出文件。`csperf data inspect 文件` 会说明一份文件属于哪一种，加 `--write` 则写入 `csperf.yaml`；
也可以在数据源里手写 `format:` 加名称。“模板”表示该平台的表头未能核实：用
`csperf data formats udesk-tickets -o formats/udesk.yaml` 取出，再填入自己文件的表头（见[格式文件](formats.md)）。

"""


def render_platforms() -> str:
    """Every shipped format: what it reads, and what to know of it."""
    formats = [load_format(path, path.name) for path in sorted((HERE.parent / "configs" / "exports").glob("*.yaml"))]
    overview = [
        (f"[`{one.format}`](#{one.format})", title_of(one.title, "en", one.format),
         title_of(one.title, "zh-CN", one.format), f"[`{one.table}`](tables.md#{one.table})",
         "template · 模板" if one.template else "")
        for one in formats
    ]  # fmt: skip
    parts = [PLATFORMS_HEAD + table(("format", "export", "导出文件", "table", ""), overview)]
    return "\n".join([*parts, *map(render_platform, formats)])


def render_platform(one: FormatFile) -> str:
    """One format."""
    notes = [title_of(one.note, lang, "") for lang in ("en", "zh-CN")]
    parts = [f"## {one.format}", *([one.template] if one.template else []), *filter(None, notes)]
    rows = [(f"`{name}`", origin_of(rule)) for name, rule in one.columns.items()]
    return "\n\n".join([*parts, ""]) + table(("column", "is read from"), rows)


def origin_of(rule: ColumnRule) -> str:
    """Where a canonical column comes from, in a few words."""
    if rule.from_:
        return " or ".join(f"`{header}`" for header in rule.from_)
    if rule.join:
        return " and ".join(f"`{header}`" for header in rule.join)
    if rule.sum:
        return " + ".join(f"`{header}`" for header in rule.sum)
    if rule.between:
        return f"from `{rule.between[0]}` to `{rule.between[1]}`"
    if rule.file_name:
        return f"{rule.file_name.replace('_', ' ')} of the period in the file's name"
    return f"always {rule.value}"


# --- the pages -------------------------------------------------------------------------------------


def table(heads: tuple[str, ...], rows: typing.Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


PAGES = {"cli.md": render_cli, "tables.md": render_tables, "measures.md": render_measures,
         "platforms.md": render_platforms}  # fmt: skip


def render_pages() -> dict[Path, str]:
    """Every generated page with the content it should have."""
    return {HERE / name: MADE + render() for name, render in PAGES.items()}


def main() -> int:
    """Rewrite the pages, or only compare them."""
    parser = argparse.ArgumentParser(description="Write the reference pages under docs/.")
    parser.add_argument("--check", action="store_true", help="compare only; exit with 1 if a page is stale")
    check = parser.parse_args().check
    stale = {
        path: page
        for path, page in render_pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != page
    }
    for path, page in stale.items():
        print(f"{'stale' if check else 'wrote'}: {path.relative_to(HERE.parent).as_posix()}")
        if not check:
            path.write_text(page, encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
