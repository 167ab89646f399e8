"""From somebody's own exports to a workspace that scores them."""

from __future__ import annotations

import datetime as dt
import fnmatch
import glob
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from csperf.engines.base import SourceResult
from csperf.examination import SAID, examine_file
from csperf.exports.file_names import widen_name
from csperf.exports.format_file import CANONICAL, Dates
from csperf.exports.reader import read_zones
from csperf.feeding import ORDER_AGENTS
from csperf.intake.file_report import FileReport
from csperf.pipeline import check_data
from csperf.problems import Location, Problem, ProblemsFound
from csperf.render.commands import quote_word
from csperf.render.start import render_roster, render_rubric, render_workspace
from csperf.render.words import label, title_of
from csperf.roster import find_alike, normalise_name
from csperf.session import ROSTER, Session, collect
from csperf.starting.choosing import POOL, Choice, choose_rubric
from csperf.workspace import FILE_NAME, SourceEntry, Workspace, WorkspaceFile, show_path
from csperf.yaml_source import parse_yaml

EXPORTS, ROSTER_FILE = "exports", "roster.csv"
_UNSAID = "UTC"
_FOR_EXAMPLE = ("Asia/Shanghai", "America/Los_Angeles")
_ANSWERS = {
    "init-zone": ("zone", "ZONE", "an IANA name such as Asia/Shanghai"),
    "data-ambiguous-date": ("dates", "ORDER", "year-first, month-first or day-first"),
    "source-marketplace": ("marketplace", "CODE", "a country code such as US"),
}
"""Code of what a file leaves open → the answer that it needs, what stands for that in a command, and what it can be."""


@dataclass(frozen=True)
class Answers:
    """What somebody says of files that do not say it themselves."""

    zone: str | None = None
    dates: Dates | None = None
    marketplace: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Start:
    """A workspace to be made: texts, and copies of files, by path below its folder; csperf.yaml is the last of them.

    reports: what each file is. idle: the sources that feed no indicator. alike: names that may be one person's.
    lacks_orders: whether scores would go by agent if a list said who served which order.
    """

    texts: Mapping[str, bytes]
    copies: Mapping[str, Path]
    reports: Mapping[Path, FileReport]
    choice: Choice
    idle: tuple[str, ...]
    alike: Sequence[Sequence[str]]
    lacks_orders: bool


@dataclass(frozen=True)
class _Source:
    """Files of one format: what csperf.yaml says of them, and where in the workspace each is to be."""

    report: FileReport
    said: Mapping[str, str]
    places: Mapping[Path, str]


def plan_start(
    folder: Path, paths: Sequence[Path], answers: Answers, again: str, lang: str, workdir: Path, today: dt.date
) -> Start:
    """Recognise the files, and choose a rubric that they can feed and a month to begin with.

    Raises ProblemsFound with all that the files leave open. again: the command, to be repeated with the answers.
    """
    places = _place_files(folder, paths)
    reports, zoned = _examine_files(folder, places, answers, workdir)
    zone = _settle_questions(reports, zoned, answers, again)
    sources = _group_files(reports, places)
    session = _open_session(folder, zone, sources, workdir)
    checked = check_data(session).found
    choice = choose_rubric(session, [*checked.values()], today)
    tables = {name: raw.contract.table for name, (raw, _) in checked.items()}
    names = [] if ROSTER in tables.values() else list_names(result for _, result in checked.values())
    lacks_orders = choice.by == "shop" and any(raw.is_credited_by_order for raw, _ in checked.values())
    written = _render_workspace(
        folder, zone, choice, sources, with_roster=bool(names), with_order_agents=lacks_orders, lang=lang
    )
    texts = {
        **({ROSTER_FILE: render_roster(names)} if names else {}),
        f"rubrics/{choice.scores.rubric_name}.yaml": render_rubric(choice.content, lang).encode("utf-8"),
        FILE_NAME: written.encode("utf-8"),
    }
    copies = {place: path for path, place in places.items() if not _is_inside(path, folder)}
    used = {*choice.tables, ROSTER, ORDER_AGENTS}
    idle = tuple(name for name, table in tables.items() if table not in used)
    return Start(texts, copies, reports, choice, idle, find_alike(names), lacks_orders)


def list_names(results: Iterable[SourceResult]) -> list[str]:
    """Every agent that the rows name, each once however it is spelt."""
    found: dict[str, str] = {}
    for name in sorted(set[str]().union(*(result.named for result in results))):
        found.setdefault(normalise_name(name), name)
    return list(found.values())


def _place_files(folder: Path, paths: Iterable[Path]) -> dict[Path, str]:
    """Where in the workspace each file is to be: where it is, if it lies there already; else among the exports."""
    places: dict[Path, str] = {}
    problems = []
    for path in {path.resolve(): path for path in paths}.values():
        here = path.resolve().relative_to(folder.resolve()).as_posix() if _is_inside(path, folder) else None
        place = here or f"{EXPORTS}/{path.name}"
        if place in places.values():
            problems.append(
                Problem(
                    "init-same-name",
                    f"two files would become {place}",
                    Location(show_path(path)),
                    hint="give each file a name of its own",
                )
            )
        places[path] = place
    if problems:
        raise ProblemsFound(problems)
    return places


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


_Zoned = Mapping[Path, tuple[str, object]]
"""A file → one of its times that say no zone, as it stands there and as it is in UTC if that is its zone."""


def _examine_files(
    folder: Path, paths: Iterable[Path], answers: Answers, workdir: Path
) -> tuple[dict[Path, FileReport], _Zoned]:
    content = WorkspaceFile.model_construct(zone=_UNSAID, rubric=POOL.stem, sources={})
    session = Session(Workspace(folder=folder, content=content, source=parse_yaml("", FILE_NAME)), workdir)
    examples = Answers(dates="day-first", marketplace="US")

    def examine(path: Path, by: Answers) -> FileReport:
        said = {"encoding": answers.encoding} if answers.encoding else {}
        while True:
            report = examine_file(session, path, {}, said)
            if report.inspection.format is None:
                raise ProblemsFound([_explain_unknown(report, path)])
            asked = [_ANSWERS[problem.code][0] for problem in report.questions if problem.code in _ANSWERS]
            more = {key: value for key in asked if key not in said and (value := getattr(by, key))}
            if not more:
                return report
            said |= more

    by_name = {str(path): path for path in paths}
    reports = collect(by_name, lambda path: examine(path, answers))
    # What is open in a file must not keep its times from being seen: whatever the answer, they are read by it.
    trials = {name: examine(by_name[name], examples) if one.questions else one for name, one in reports.items()}
    zoned = {by_name[name]: one.zoned for name, one in trials.items() if one.zoned}
    return {by_name[name]: report for name, report in reports.items()}, zoned


def _explain_unknown(report: FileReport, path: Path) -> Problem:
    template = report.inspection.template
    looks = f"; it looks like {template}, which is a template to complete" if template else ""
    return Problem(
        "init-unknown-file",
        f"no known format fits this file{looks}",
        Location(show_path(path)),
        hint=f"csperf data inspect {quote_word(show_path(path))} shows what is in it, and proposes a format file",
    )


def _settle_questions(reports: Mapping[Path, FileReport], zoned: _Zoned, answers: Answers, again: str) -> str:
    """The zone of the workspace; raises ProblemsFound with everything that is still to be said."""
    problems = [problem for report in reports.values() for problem in report.questions]
    fixed = sorted(set[str]().union(*map(_find_zones, reports.values())))
    zone = answers.zone or (fixed[0] if len(fixed) == 1 and not zoned else None)
    if zone is None:
        problems += [_ask_zone(path, *times) for path, times in zoned.items()] or [_ask_month_zone(fixed)]
    if problems or zone is None:
        needed = dict.fromkeys(_ANSWERS[problem.code] for problem in problems if problem.code in _ANSWERS)
        command = again + "".join(f" --{flag} {sign}" for flag, sign, _ in needed)
        legend = ", ".join(f"{meaning} for {sign}" for _, sign, meaning in needed)
        hint = f"run it again, with {legend}: {command}"
        raise ProblemsFound(
            replace(problem, hint=hint) if problem.code in _ANSWERS else problem for problem in problems
        )
    return zone


def _find_zones(report: FileReport) -> set[str]:
    """The zones that the platform fixes, or the headers hold."""
    best = report.inspection.best
    return {best.format.zone} if best.format.zone else {*read_zones(best.format, best.layout, "")[0].values()}


def _ask_zone(path: Path, raw: str, value: object) -> Problem:
    assert isinstance(value, dt.datetime)
    wall = value.astimezone(dt.UTC).replace(tzinfo=None)
    readings = []
    for zone in _FOR_EXAMPLE:
        instant = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).replace(tzinfo=None)
        days = {-1: " the day before", 0: "", 1: " the day after"}[(instant.date() - wall.date()).days]
        readings.append(f"{instant:%H:%M} UTC{days} in {zone}")
    return Problem(
        "init-zone", "nothing says in which zone these times are", Location(show_path(path)),
        samples=(f"{raw} would be {' or '.join(readings)}",),
    )  # fmt: skip


def _ask_month_zone(fixed: Sequence[str]) -> Problem:
    among = f", and the files are in {' and '.join(fixed)}" if fixed else ""
    return Problem("init-zone", f"nothing says in which zone a month begins and ends{among}")


def _group_files(reports: Mapping[Path, FileReport], places: Mapping[Path, str]) -> dict[str, _Source]:
    """The sources: one for each format, called like its table where no other fills that."""
    groups: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], dict[Path, str]] = {}
    for path, report in reports.items():
        assert report.inspection.table
        said = tuple((key, value) for key, value in report.entry.items() if key in SAID)
        groups.setdefault((report.inspection.table, report.format, said), {})[path] = places[path]
    tables = Counter(table for table, _, _ in groups)
    sources: dict[str, _Source] = {}
    for (table, format_, said), files in groups.items():
        name = table if tables[table] == 1 or format_ is None else format_
        entry = ({"format": format_} if format_ else {}) | dict(said)
        sources[name] = _Source(reports[next(iter(files))], entry, files)
    return sources


def _open_session(folder: Path, zone: str, sources: Mapping[str, _Source], workdir: Path) -> Session:
    """The workspace to be, over the files where they are now."""
    entries = {
        name: SourceEntry.model_validate(
            {"files": [glob.escape(str(path.resolve())) for path in source.places], **source.said}
        )
        for name, source in sources.items()
    }
    content = WorkspaceFile(zone=zone, rubric=POOL.stem, sources=entries)
    return Session(Workspace(folder=folder, content=content, source=parse_yaml("", FILE_NAME)), workdir)


def _render_workspace(
    folder: Path, zone: str, choice: Choice, sources: Mapping[str, _Source], *, with_roster: bool,
    with_order_agents: bool, lang: str,
) -> str:  # fmt: skip
    entries: dict[str, tuple[Mapping[str, Any], str]] = {}
    if with_roster:
        entries[ROSTER] = {"files": ROSTER_FILE}, label("start-roster", lang)
    taken = [place for source in sources.values() for place in source.places.values()]
    for name, source in sources.items():
        files = _name_files(folder, [*source.places.values()], taken)
        entry = {"files": files if len(files) > 1 else files[0], **source.said}
        entries[name] = entry, title_file(source.report, lang)
    return render_workspace(
        zone, choice.scores.rubric_name, entries, with_order_agents=with_order_agents, lang=lang
    )  # fmt: skip


def _name_files(folder: Path, places: Sequence[str], taken: Iterable[str]) -> list[str]:
    """Files as csperf.yaml names them: those of other months too, where a pattern for that takes in nothing else."""
    names: dict[str, None] = {}
    for place in places:
        parent, slash, _ = place.rpartition("/")
        beside = {f"{parent}{slash}{path.name}" for path in (folder / parent).glob("*")}
        names[widen_name(place, {*beside, *taken} - {*places})] = None
    # Of a file that was downloaded twice, the pattern of the first name takes in the second: 绩效_*(1).xlsx.
    return [name for name in names if not any(_takes_in(other, name) for other in names if other != name)]


def _takes_in(pattern: str, name: str) -> bool:
    return pattern.count("/") == name.count("/") and fnmatch.fnmatchcase(name, pattern)


def title_file(report: FileReport, lang: str) -> str:
    """What a file is, in words."""
    format_ = report.inspection.best.format
    if format_.format == CANONICAL:
        return label("init-from-canonical", lang, table=format_.table)
    return title_of(format_.title, lang, format_.format)
