"""Sealed months against their own files, the exports behind them, the rubric of today, and a recomputation."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from csperf.closing.finding import (
    Inputs,
    find_inputs_changed,
    find_rubric_changed,
    find_scores_changed,
    join_alike,
    list_inputs,
)
from csperf.closing.sealing import ledger_folder, not_sealed, score_whole
from csperf.closing.settings import gather_settings, reopen_session
from csperf.ledger.folder import ADJUSTMENTS, list_adjustments, list_sealed
from csperf.ledger.manifest import MANIFEST, SUMS, Manifest, check_folder, hash_file, read_manifest
from csperf.ledger.reading import RUBRIC, SealedVersion, is_in_place, load_sealed_scheme, read_version
from csperf.period import name_months, parse_month
from csperf.pipeline import find_rubric, list_rubrics
from csperf.problems import Location, Problem, ProblemsFound
from csperf.rubric.extend import name_of, read_extended
from csperf.scoring.cards import words
from csperf.scoring.sealing import CheckedMonth, Finding, Verification
from csperf.session import Session
from csperf.workspace import Workspace, show_path
from csperf.yaml_source import YamlSource, read_yaml


def verify_months(session: Session, labels: Sequence[str] | None = None) -> Verification:
    """Check these sealed months (null: all of them); raises ProblemsFound where one is not sealed, or none is."""
    ledger = ledger_folder(session)
    sealed = list_sealed(ledger)
    missing = [not_sealed(ledger, label) for label in labels or () if label not in sealed]
    if missing:
        raise ProblemsFound(missing)
    if not sealed:
        hint = "csperf seal --month 2025-06 seals a month"
        raise ProblemsFound([Problem("ledger-empty", "no month is sealed", Location(show_path(ledger)), hint=hint)])
    check = _Check(session, ledger)
    months = [check.check_month(label) for label in dict.fromkeys(labels or sealed)]
    notes = (words("verify-setting-differs", file=file, months=name_months(of)) for file, of in check.settings.items())
    return Verification(show_path(ledger), tuple(months), join_alike(check.findings), tuple(notes))


@dataclass
class _Check:
    """All that is found over the months. settings: by file, the months that had it otherwise than today."""

    session: Session
    ledger: Path
    findings: list[Finding] = field(default_factory=list)
    settings: dict[str, list[str]] = field(default_factory=dict)
    rubrics: list[YamlSource] = field(init=False)
    inputs: Inputs = field(init=False)

    def __post_init__(self) -> None:
        self.rubrics = list(_read_rubrics(self.session.workspace))
        self.inputs = Inputs(self.session.workspace.folder)

    def check_month(self, label: str) -> CheckedMonth:
        """A month with its adjustments, from its files to its scores."""
        adjustments = list_adjustments(self.ledger / label)
        self._check_numbers(label, [number for number, _ in adjustments], {path for _, path in adjustments})
        before: Path | None = None
        last: Manifest | None = None
        sealed: SealedVersion | None = None
        sealed_on: str | None = None
        for number, folder in [(0, self.ledger / label), *adjustments]:
            is_last = number == len(adjustments)
            last = self._check_files(label, number, folder, before)
            sealed = self._check_content(label, folder, is_last) if last else None
            sealed_on = sealed_on if number or last is None else last.sealed_on
            before = folder
        return CheckedMonth(
            label, sealed_on, len(adjustments), last.rubric_name if last else None,
            last.rubric_version if last else None, len(list_inputs(last.sources)) if last else None,
            len(sealed.agents.table.cards) if sealed else None,
        )  # fmt: skip

    def _add(self, label: str, code: str, file: Path, **parts: str) -> None:
        shown = show_path(file)
        self.findings.append(Finding((label,), "file", words(f"finding-{code}", file=shown, **parts), file=shown))

    def _check_numbers(self, label: str, numbers: Sequence[int], known: set[Path]) -> None:
        """Adjustments are numbered without a gap, and nothing else lies among them."""
        folder = self.ledger / label / ADJUSTMENTS
        for number in sorted(set(range(1, max(numbers, default=0))) - set(numbers)):
            self._add(label, "file-missing", folder / f"{number}-…")
        for path in sorted(set(folder.iterdir()) - known) if folder.is_dir() else []:
            self._add(label, "file-stray", path)

    def _check_files(self, label: str, number: int, folder: Path, before: Path | None) -> Manifest | None:
        """The manifest of a version, where it and all its files are as they were sealed."""
        path = folder / MANIFEST
        known = len(self.findings)
        try:
            manifest = read_manifest(folder)
        except FileNotFoundError:
            self._add(label, "file-missing", path)
            return None
        except (OSError, ValueError):
            self._add(label, "file-altered", path)
            return None
        for flaw in check_folder(folder, manifest):
            if flaw.kind == "disagrees":
                self._add(label, "files-disagree", path, other=SUMS)
            else:
                self._add(label, f"file-{flaw.kind}", folder / flaw.path)
        correction = manifest.adjustment
        if not is_in_place(manifest, label, number):
            self._add(label, "misplaced", folder, period=manifest.period)
        if before and correction and _hash_manifest(before) not in (None, correction.follows):
            self._add(label, "not-followed", before / MANIFEST, by=show_path(folder))
        return manifest if len(self.findings) == known else None

    def _check_content(self, label: str, folder: Path, is_last: bool) -> SealedVersion | None:
        """Inputs, rubric and scores of a version whose files are as they were sealed.

        Only the last one's inputs must still be there: another was adjusted because of what has changed since.
        """
        try:
            sealed, source = read_version(folder), read_yaml(folder / RUBRIC)
        except ProblemsFound as found:
            self._add(label, "unreadable", folder, why=found.problems[0].message)
            return None
        states = {file.path: self.inputs.compare(file) for file in list_inputs(sealed.manifest.sources)}
        if is_last:
            self.findings += find_inputs_changed(label, sealed.manifest, self.inputs)
            self.findings += self._compare_rubric(label, sealed.manifest, source)
            self._compare_settings(label, folder, sealed.manifest)
        if "missing" not in states.values() if is_last else set(states.values()) <= {"same"}:
            changed = list(self._compare_scores(label, sealed))
            for path in (path for path, state in states.items() if changed and state == "grown"):
                said = words("finding-input-grown", file=path)
                self.findings.append(Finding((label,), "input", said, file=path))
            self.findings += changed
        return sealed

    def _compare_rubric(self, label: str, manifest: Manifest, sealed: YamlSource) -> Iterator[Finding]:
        """A rubric of this name and version says the same today."""
        wanted = (manifest.rubric_name, manifest.rubric_version)
        same = (one for one in self.rubrics if (name_of(one), str(one.data.get("version"))) == wanted)
        today = next(same, None)
        if today is not None:
            yield from find_rubric_changed(label, sealed, today)

    def _compare_settings(self, label: str, folder: Path, manifest: Manifest) -> None:
        """Notes which settings are others today; none where today's cannot be read."""
        tables = dict.fromkeys(source.table for source in manifest.sources)
        try:
            known = [table for table in tables if table in self.session.sources_by_table]
            today = gather_settings(self.session, load_sealed_scheme(folder), known).files
        except ProblemsFound:
            return
        then = {file.path: file.sha256 for file in manifest.files}
        for name, content in today.items():
            if name != RUBRIC and then.get(name) != hashlib.sha256(content).hexdigest():
                self.settings.setdefault(name, []).append(label)

    def _compare_scores(self, label: str, sealed: SealedVersion) -> Iterator[Finding]:
        """The scores computed anew from the sealed settings and the same files."""
        manifest = sealed.manifest
        try:
            then = reopen_session(self.session.workspace, sealed.folder, manifest, self.session.workdir)
            period = parse_month(manifest.period, manifest.zone, dt.date.fromisoformat(manifest.sealed_on))
            scored, teams = score_whole(then, load_sealed_scheme(sealed.folder), period)
        except ProblemsFound as found:
            self._add(label, "not-computed", sealed.folder, why=found.problems[0].message)
            return
        yield from find_scores_changed(label, (sealed.agents, sealed.teams), (scored.sheet, teams))


def _hash_manifest(folder: Path) -> str | None:
    path = folder / MANIFEST
    return hash_file(path) if path.is_file() else None


def _read_rubrics(workspace: Workspace) -> Iterator[YamlSource]:
    """The rubrics of today that can be read, the workspace's first."""
    known = list_rubrics(workspace)
    paths = list(known.values())
    with suppress(ProblemsFound):
        paths.insert(0, find_rubric(workspace, None))
    for path in dict.fromkeys(paths):
        try:
            source = read_extended(path, known, show_path(path))
        except ProblemsFound:
            continue
        if isinstance(source.data, dict):
            yield source
