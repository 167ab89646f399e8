"""A month kept for good, and corrected by what is added to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from csperf import __version__
from csperf.closing.finding import (
    Inputs,
    find_inputs_added,
    find_inputs_changed,
    find_rubric_changed,
    find_scores_changed,
    list_inputs,
)
from csperf.closing.settings import gather_settings, hash_inputs
from csperf.ledger.encoding import write_document
from csperf.ledger.folder import ADJUSTMENTS, list_sealed, write_folder
from csperf.ledger.lock import lock_ledger
from csperf.ledger.manifest import (
    MANIFEST,
    Correction,
    Manifest,
    SealedSource,
    hash_contents,
    hash_file,
    write_manifest,
)
from csperf.ledger.parquet import POLARS, write_measurements, write_scores
from csperf.ledger.reading import (
    AGENTS,
    CARDS_SCHEMA,
    MEASUREMENTS,
    MEASURES,
    RUBRIC,
    TEAMS,
    SealedVersion,
    load_sealed_scheme,
    read_versions,
)
from csperf.months import is_running, score_teams
from csperf.period import Period
from csperf.pipeline import ScoredPeriod, score_period
from csperf.problems import Location, Problem, ProblemsFound, suggest
from csperf.render.simulate import render_simulation
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import ScoreTable
from csperf.scoring.compare import compare_tables
from csperf.scoring.history import ScoreSheet
from csperf.scoring.sealing import Finding, Sealing, SealStatus
from csperf.session import Session
from csperf.workspace import show_path
from csperf.yaml_source import read_yaml

SCORES, DIFFERENCES = "scores.parquet", "differences.csv"
_MOST_DIFFERENCES = 20


@dataclass(frozen=True)
class _Draft:
    """A month as it would be sealed today. files: all but the manifest."""

    scheme: LoadedRubric
    scored: ScoredPeriod
    agents: ScoreSheet
    teams: ScoreSheet | None
    sources: tuple[SealedSource, ...]
    files: Mapping[str, bytes]


def ledger_folder(session: Session) -> Path:
    """Where the workspace keeps its sealed months; raises ProblemsFound for the bundled sample, which keeps none."""
    if session.workspace.is_sample:
        hint = "csperf init makes a workspace of your own; -C names another folder"
        raise ProblemsFound([Problem("ledger-of-sample", "the bundled sample shop has no ledger", hint=hint)])
    return session.workspace.ledger


def seal_month(session: Session, scheme: LoadedRubric, period: Period, *, keep_rubric: bool = True) -> Sealing:
    """Score a month that is over and keep it; a month that is sealed and comes to the same stays as it is.

    keep_rubric: a month that was sealed with another version of the rubric, or with another rubric, is held against
    that one.
    Raises ProblemsFound for what stops scoring, for a month that is not over, for one that is sealed and comes to
    something else today, and while another process has the ledger; OSError where it cannot be written.
    """
    ledger = ledger_folder(session)
    _check_over(period)
    with lock_ledger(ledger):
        versions = read_versions(ledger, period.label)
        draft = _draft_month(session, scheme, period, versions[-1] if versions and keep_rubric else None)
        if versions:
            differences = list(_find_differences(session, versions[-1], draft))
            if differences:
                raise ProblemsFound(_refuse(period.label, differences))
            return _report("unchanged", versions[-1].folder, draft)
        target = ledger / period.label
        _write(ledger, target, period, draft, draft.files)
        return _report("sealed", target, draft)


def adjust_month(
    session: Session, scheme: LoadedRubric, period: Period, reason: str, approved_by: str, *, keep_rubric: bool = True
) -> Sealing:
    """Score a sealed month anew and keep the result beside it, with what differs; nothing where nothing does.

    keep_rubric: by the rubric that it was sealed with, where today's is another one or another version: who worked
    under the old one is not judged by the new. Raises as seal_month does, and ProblemsFound for a month that is not
    sealed.
    """
    ledger = ledger_folder(session)
    with lock_ledger(ledger):
        versions = read_versions(ledger, period.label)
        if not versions:
            raise ProblemsFound([not_sealed(ledger, period.label)])
        last = versions[-1]
        draft = _draft_month(session, scheme, period, last if keep_rubric else None)
        if not any(_find_differences(session, last, draft)):
            return _report("unchanged", last.folder, draft)
        comparison = compare_tables(last.agents.table, draft.agents.table)
        table = render_simulation(last.agents.table, draft.agents.table, comparison, "csv", "en")
        number = len(versions)
        follows = hash_file(last.folder / MANIFEST)
        target = ledger / period.label / ADJUSTMENTS / f"{number}-{_today(period.zone)}"
        _write(
            ledger, target, period, draft, {**draft.files, DIFFERENCES: table.encode()},
            Correction(number, reason, approved_by, follows),
        )  # fmt: skip
        return replace(_report("adjusted", target, draft), comparison=comparison)


def not_sealed(ledger: Path, label: str) -> Problem:
    """For a month that the ledger does not have."""
    sealed = list_sealed(ledger)
    hint = suggest(label, sealed).replace("allowed", "sealed") if sealed else f"csperf seal --month {label}"
    return Problem("ledger-not-sealed", f"{label} is not sealed", Location(show_path(ledger)), hint=hint)


def score_whole(session: Session, scheme: LoadedRubric, period: Period) -> tuple[ScoredPeriod, ScoreSheet | None]:
    """(agents, teams where anybody is in one) of a period with all their words; raises ProblemsFound."""
    return score_period(session, scheme, period), score_teams(session, scheme, period, with_words=True)


def _check_over(period: Period) -> None:
    if is_running(period):
        hint = "seal it when it is over; csperf score shows how it stands"
        raise ProblemsFound([Problem("ledger-month-running", "this month is not over", hint=hint)])


def _draft_month(session: Session, today: LoadedRubric, period: Period, sealed: SealedVersion | None) -> _Draft:
    """sealed: what the month was sealed as, where its rubric goes before today's unless they are one."""
    scheme, kept = today, {}
    if sealed is not None and (sealed.manifest.rubric_name, sealed.manifest.rubric_version) != (
        today.rubric.name, today.rubric.version
    ):  # fmt: skip
        scheme = replace(load_sealed_scheme(sealed.folder), sha256=sealed.manifest.rubric_sha256)
        kept = {name: (sealed.folder / name).read_bytes() for name in (RUBRIC, MEASURES)}
    scored, teams = score_whole(session, scheme, period)
    tables = list(scored.measured.plan.opened)
    settings = gather_settings(session, scheme, tables)
    sources = hash_inputs(session, tables, settings.formats)
    hashes = {file.path: file.sha256 for source in sources for file in source.files}
    agents = ScoreSheet(_with_hashes(scored.table, hashes), scored.measurements)
    teams = teams and ScoreSheet(_with_hashes(teams.table, hashes), teams.measurements)
    sheets = [sheet for sheet in (agents, teams) if sheet]
    files = {
        AGENTS: write_document(CARDS_SCHEMA, agents.table),
        **({TEAMS: write_document(CARDS_SCHEMA, teams.table)} if teams else {}),
        SCORES: write_scores(sheets),
        MEASUREMENTS: write_measurements(sheets),
        **settings.files,
        **kept,
    }
    return _Draft(scheme, scored, agents, teams, sources, files)


def _with_hashes(table: ScoreTable, hashes: Mapping[str, str]) -> ScoreTable:
    sources = (
        replace(one, files=tuple(replace(file, sha256=hashes.get(file.path)) for file in one.files))
        for one in table.sources
    )
    return replace(table, sources=tuple(sources))


def _write(
    ledger: Path, target: Path, period: Period, draft: _Draft, files: Mapping[str, bytes],
    adjustment: Correction | None = None,
) -> None:  # fmt: skip
    table, scheme = draft.agents.table, draft.scheme
    manifest = Manifest(
        period=period.label, start=table.start, end=table.end, zone=period.zone,
        sealed_on=_today(period.zone).isoformat(), csperf=__version__, polars=POLARS,
        rubric_name=scheme.rubric.name, rubric_version=scheme.rubric.version, rubric_sha256=scheme.sha256,
        sources=draft.sources, rows=tuple(replace(one, files=()) for one in table.sources),
        files=hash_contents(files), adjustment=adjustment,
    )  # fmt: skip
    write_folder(ledger, target, {**files, **write_manifest(manifest)})


def _find_differences(session: Session, sealed: SealedVersion, draft: _Draft) -> Iterator[Finding]:
    """What makes today's month another one: its inputs, its rubric, its figures.

    Teams are heard only where some agent's figures moved: else people have changed teams since.
    """
    label, inputs = sealed.manifest.period, Inputs(session.workspace.folder)
    scores = list(find_scores_changed(label, [sealed.agents], [draft.agents]))
    yield from find_inputs_changed(label, sealed.manifest, inputs)
    if scores:
        yield from find_inputs_added(label, sealed.manifest, draft.sources, inputs)
    yield from find_rubric_changed(label, read_yaml(sealed.folder / RUBRIC), draft.scheme.source)
    yield from scores
    if scores:
        yield from find_scores_changed(label, [sealed.teams], [draft.teams])


def _refuse(label: str, differences: list[Finding]) -> Iterator[Problem]:
    adjust = f'csperf seal --month {label} --adjust --reason "…" --approved-by NAME'
    hint = f"if a file was changed or cut by mistake, put it back; only if today's figures are right: {adjust}"
    for one in differences[:_MOST_DIFFERENCES]:
        message = f"{label} is sealed, and differs from today: {say(one.text, 'en')}"
        yield Problem("ledger-differs", message, hint=hint)
    more = len(differences) - _MOST_DIFFERENCES
    if more > 0:
        yield Problem("ledger-differs", f"{label} is sealed, and differs from today in {more} more", hint=hint)


def _report(status: SealStatus, folder: Path, draft: _Draft) -> Sealing:
    set_aside = draft.scored.measured.problems
    return Sealing(status, show_path(folder), draft.agents.table, set_aside, len(list_inputs(draft.sources)))


def _today(zone: str) -> dt.date:
    return dt.datetime.now(ZoneInfo(zone)).date()
