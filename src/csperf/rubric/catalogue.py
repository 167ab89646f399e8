"""The catalogue: measures by name, each with the file and place it was written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from csperf.problems import Problem, ProblemsFound
from csperf.rubric.measures import MeasureEntry
from csperf.yaml_models import read_model
from csperf.yaml_source import YamlPath, YamlSource, read_yaml


@dataclass(frozen=True)
class CatalogueEntry:
    """One measure as it is written, and where."""

    name: str
    entry: MeasureEntry
    source: YamlSource
    path: YamlPath

    def problem(
        self, keys: YamlPath, code: str, message: str, *, hint: str | None = None, key: bool = False
    ) -> Problem:
        """A problem at `keys` below this entry."""
        return self.source.problem((*self.path, *keys), code, message, hint=hint, key=key)


@dataclass(frozen=True)
class Catalogue:
    """Measures by name; of two with one name, the later file's."""

    entries: dict[str, CatalogueEntry]


def load_catalogue(paths: Sequence[Path]) -> Catalogue:
    """Read measure files, later ones overriding entry by entry; raises ProblemsFound once, for all files."""
    entries: dict[str, CatalogueEntry] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            source = read_yaml(path, problems=problems)
        except ProblemsFound as found:
            problems.extend(found.problems)
            continue
        read, wrong = read_entries(source, ())
        entries.update(read)
        problems.extend(wrong)
    if problems:
        raise ProblemsFound(problems)
    return Catalogue(entries)


def read_entries(source: YamlSource, at: YamlPath) -> tuple[dict[str, CatalogueEntry], list[Problem]]:
    """The measures in the mapping at a path of a file, and what is wrong with the others."""
    data = source.data
    for step in at:
        data = data.get(step) if isinstance(data, dict) else None
    if data is None:
        return {}, []
    if not isinstance(data, dict):
        return {}, [
            source.problem(at, "measure-wrong-type", "measures must be a mapping: the name of each, then what it is")
        ]
    entries: dict[str, CatalogueEntry] = {}
    problems: list[Problem] = []
    for name in map(str, data):
        path = (*at, name)
        entry, wrong = read_model(source, MeasureEntry, "measure", at=path, root=None if at else "measure")
        problems.extend(wrong)
        if entry is not None:
            entries[name] = CatalogueEntry(name, entry, source, path)
    return entries, problems
