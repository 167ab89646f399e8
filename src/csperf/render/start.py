"""The files of a new workspace: csperf.yaml, a rubric, a roster to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from csperf.render.csv import neutralise, write_csv
from csperf.render.words import LANGS, label
from csperf.workspace_edit import write_scalar

ROSTER_COLUMNS = ("agent_id", "name", "team", "role", "joined_on", "left_on", "aliases", "is_bot")
_IN_ONE_LINE = ("score", "small_sample", "of", "to")


def render_workspace(
    zone: str, rubric: str, sources: Mapping[str, tuple[Mapping[str, Any], str]], *, with_order_agents: bool, lang: str
) -> str:
    """csperf.yaml. sources: name → (its entry, what it is); with_order_agents: with a line to fill in for them."""
    settings = {"zone": zone, "language": lang, "rubric": rubric}
    lines = {key: f"{key}: {write_scalar(said)}" for key, said in settings.items()}
    width = max(map(len, lines.values()))
    entries = [f"  {name}: {_flow(entry)}   # {about}" for name, (entry, about) in sources.items()]
    if with_order_agents:
        about = label("start-order-agents", lang)
        entries.append(f"  # order_agents: {{files: exports/order_agents.csv}}   # {about}")
    return "\n".join(
        [
            f"# {label('start-about', lang)}",
            *(f"{line:{width}}   # {label(f'start-{key}', lang)}" for key, line in lines.items()),
            "",
            *(f"# {line}" for line in label("start-files", lang).splitlines()),
            "sources:",
            *entries,
            "",
        ]
    )


def render_rubric(content: Mapping[str, Any], lang: str) -> str:
    """A rubric as a person would write it, in one language."""
    about = [f"# {line}" for line in label("start-rubric-about", lang).splitlines()]
    return "\n".join([*about, "", *_block(content, lang, ""), ""])


def render_roster(names: Sequence[str]) -> bytes:
    """A roster with these agents, to be filled in with a spreadsheet."""
    return write_csv([ROSTER_COLUMNS, *map(_roster_row, names)], bom=True).encode("utf-8")


def _roster_row(name: str) -> list[str]:
    # An id that a spreadsheet would run is guarded; the alias, behind its separator, needs no guard.
    safe = neutralise(name)
    cells = {"agent_id": safe, "aliases": "" if safe == name else f";{name}"}
    return [cells.get(column, "") for column in ROSTER_COLUMNS]


def _block(content: Mapping[str, Any], lang: str, indent: str) -> Iterator[str]:
    apart = "" if indent else "\n"
    for key, value in content.items():
        if isinstance(value, dict) and not _is_text(value) and key not in _IN_ONE_LINE:
            yield f"{apart}{indent}{key}:"
            yield from _block(value, lang, indent + "  ")
        elif isinstance(value, list):
            yield f"{apart}{indent}{key}:"
            yield from (f"{indent}  - {_flow(item, lang)}" for item in value)
        else:
            yield f"{indent}{key}: {_flow(value, lang)}"


def _flow(value: Any, lang: str = "en") -> str:
    if isinstance(value, dict) and not _is_text(value):
        return "{" + ", ".join(f"{write_scalar(str(key))}: {_flow(said, lang)}" for key, said in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, lang) for item in value) + "]"
    text = value[lang] if isinstance(value, dict) else value
    return write_scalar(text) if isinstance(text, str) else str(text)


def _is_text(value: Mapping[str, Any]) -> bool:
    return set(value) <= set(LANGS)
