"""A sealed month from its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from csperf.engines.polars_sql import check_sql
from csperf.ledger.encoding import read_document
from csperf.ledger.folder import list_versions
from csperf.ledger.manifest import MANIFEST, Correction, Manifest, check_folder, read_manifest
from csperf.ledger.parquet import read_measurements
from csperf.problems import Location, Problem, ProblemsFound
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import LoadedRubric, load_rubric
from csperf.scoring.cards import ScoreTable
from csperf.scoring.history import Adjustment, PeriodRecord, ScoreSheet
from csperf.workspace import show_path

AGENTS, TEAMS, MEASUREMENTS = "scorecards.json", "teams.json", "measurements.parquet"
RUBRIC, MEASURES, EXEMPTIONS = "rubric.yaml", "measures.yaml", "exemptions.yaml"
CARDS_SCHEMA = "csperf/ledger-cards/v1"
_HINT = "csperf verify says all that was altered; bring the folder back from git or a backup"


@dataclass(frozen=True)
class SealedVersion:
    """One sealed folder of a month: the first, or an adjustment."""

    folder: Path
    manifest: Manifest
    agents: ScoreSheet
    teams: ScoreSheet | None


def read_month(ledger: Path, label: str) -> PeriodRecord | None:
    """The sealed month with its adjustments; null where it is not sealed. Raises ProblemsFound for a damaged one."""
    versions = read_versions(ledger, label)
    if not versions:
        return None
    first, last = versions[0], versions[-1]
    scheme = load_sealed_scheme(last.folder)
    return PeriodRecord(
        label, (label,), "sealed", replace(scheme, sha256=last.manifest.rubric_sha256), first.agents, first.teams,
        tuple(_tell(version, version.manifest.adjustment) for version in versions[1:] if version.manifest.adjustment),
        first.manifest.sealed_on,
    )  # fmt: skip


@cache
def load_sealed_scheme(folder: Path) -> LoadedRubric:
    """The rubric of a sealed folder with the measures of that time; raises ProblemsFound."""
    return load_rubric(folder / RUBRIC, load_catalogue([folder / MEASURES]), check_sql)


def read_versions(ledger: Path, label: str) -> list[SealedVersion]:
    """The sealed month, then its adjustments in order; empty where it is not sealed. Raises ProblemsFound."""
    versions = [read_version(folder) for folder in list_versions(ledger, label)]
    for number, version in enumerate(versions):
        is_numbered = not number or version.folder.name.startswith(f"{number}-")
        if not is_numbered or not is_in_place(version.manifest, label, number):
            correction = version.manifest.adjustment
            said = f"adjustment {correction.number} of" if correction else "of"
            message = f"this is not where it was sealed: it says that it is {said} {version.manifest.period}"
            where = Location(show_path(version.folder))
            raise ProblemsFound([Problem("ledger-damaged", message, where, hint=_HINT)])
    return versions


def is_in_place(manifest: Manifest, label: str, number: int) -> bool:
    """Whether a sealed folder is that month's; number: 0 for the first, then that of the adjustment."""
    correction = manifest.adjustment
    return manifest.period == label and (correction.number if correction else 0) == number


def read_version(folder: Path) -> SealedVersion:
    """One sealed folder; raises ProblemsFound where it is damaged."""
    reading = folder / MANIFEST
    try:
        manifest = read_manifest(folder)
        for flaw in check_folder(folder, manifest):
            reading = folder / flaw.path
            if flaw.kind != "stray":
                raise ValueError("it is missing" if flaw.kind == "missing" else "it was altered after it was sealed")
        reading = folder / MEASUREMENTS
        measurements = read_measurements(reading)
        reading = folder / AGENTS
        agents = ScoreSheet(read_cards(reading), measurements.get("agent", {}))
        reading = folder / TEAMS
        teams = ScoreSheet(read_cards(reading), measurements.get("team", {})) if reading.is_file() else None
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        where = Location(show_path(reading))
        raise ProblemsFound(
            [Problem("ledger-damaged", f"this sealed file is not used: {said}", where, hint=_HINT)]
        ) from error
    return SealedVersion(folder, manifest, agents, teams)


def read_cards(path: Path) -> ScoreTable:
    """The scorecards of a sealed folder, as they were rendered; raises OSError or ValueError."""
    return read_document(path.read_bytes(), CARDS_SCHEMA, ScoreTable)


def _tell(version: SealedVersion, why: Correction) -> Adjustment:
    return Adjustment(
        why.number, version.manifest.sealed_on, why.reason, why.approved_by, version.agents, version.teams
    )
