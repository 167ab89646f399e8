"""What is found where a sealed month and what it was made of no longer agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from csperf.closing.settings import say_whole
from csperf.ledger.changes import Change, find_figures_changed, find_keys_changed
from csperf.ledger.manifest import HashedFile, Manifest, SealedSource, hash_file
from csperf.scoring.cards import words
from csperf.scoring.history import ScoreSheet
from csperf.scoring.sealing import Finding
from csperf.yaml_source import YamlSource

InputState = Literal["same", "grown", "changed", "missing"]
_MOST_CHANGES = 4


@dataclass
class Inputs:
    """The input files of sealed months as they are today, each read once."""

    folder: Path
    _known: dict[tuple[Path, int | None], str] = field(default_factory=dict)

    def compare(self, file: HashedFile) -> InputState:
        """Against what was sealed. grown: all that was sealed is still its beginning."""
        path = self.folder / file.path
        if not path.is_file():
            return "missing"
        size = path.stat().st_size
        if size < file.size:
            return "changed"
        if self._hash(path, file.size if size > file.size else None) != file.sha256:
            return "changed"
        return "same" if size == file.size else "grown"

    def _hash(self, path: Path, size: int | None) -> str:
        if (path, size) not in self._known:
            self._known[path, size] = hash_file(path, size)
        return self._known[path, size]


def list_inputs(sources: Iterable[SealedSource]) -> list[HashedFile]:
    """Every input file, once."""
    return list(dict.fromkeys(file for source in sources for file in source.files))


def find_inputs_changed(label: str, manifest: Manifest, inputs: Inputs) -> Iterator[Finding]:
    """The inputs that are gone, or say something else; what only grew is no change in itself."""
    for file in list_inputs(manifest.sources):
        state = inputs.compare(file)
        if state in ("missing", "changed"):
            yield Finding((label,), "input", words(f"finding-input-{state}", file=file.path), file=file.path)


def find_inputs_added(
    label: str, manifest: Manifest, today: Iterable[SealedSource], inputs: Inputs
) -> Iterator[Finding]:
    """What there is beyond what was sealed: files that are new, and files that grew. It may or may not matter."""
    sealed = {file.path: file for file in list_inputs(manifest.sources)}
    for path in dict.fromkeys(file.path for file in list_inputs(today)):
        state = inputs.compare(sealed[path]) if path in sealed else "new"
        if state in ("new", "grown"):
            yield Finding((label,), "input", words(f"finding-input-{state}", file=path), file=path)


def find_scores_changed(
    label: str, before: Iterable[ScoreSheet | None], after: Iterable[ScoreSheet | None]
) -> Iterator[Finding]:
    """The agents, then the teams, that come to something else."""
    for old, new in zip(before, after, strict=True):
        for who, changes in find_figures_changed(old, new).items():
            said = words("finding-scores", agent=who, changes=_say_changes(changes))
            yield Finding((label,), "scores", said, agent=who)


def find_rubric_changed(label: str, sealed: YamlSource, today: YamlSource) -> Iterator[Finding]:
    """The keys of a rubric that say something else than when the month was sealed."""
    for key, before, after in find_keys_changed(say_whole(sealed), say_whole(today)):
        said = words("finding-rubric", file=today.file, key=key, before=before, after=after)
        yield Finding((label,), "rubric", said, file=today.file, key=key)


def join_alike(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, with all the months that it concerns."""
    found: dict[tuple[object, ...], Finding] = {}
    for one in findings:
        key = (one.kind, one.text, one.file, one.agent, one.key)
        known = found.get(key)
        labels = one.labels if known is None else tuple(dict.fromkeys((*known.labels, *one.labels)))
        found[key] = Finding(labels, one.kind, one.text, one.file, one.agent, one.key)
    return tuple(found.values())


def _say_changes(changes: list[Change]) -> str:
    """`score 86.00 → 84.00, rank 3 → 4`: figures have no language."""
    shown = ", ".join(f"{what} {before} → {after}" for what, before, after in changes[:_MOST_CHANGES])
    return shown if len(changes) <= _MOST_CHANGES else f"{shown}, …"
