"""Files → a rubric that is ready to score with, or everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from csperf.problems import Problem, ProblemsFound, suggest
from csperf.rubric.catalogue import Catalogue, CatalogueEntry, read_entries
from csperf.rubric.checks import check_indicator, check_scheme, read_lines
from csperf.rubric.clause_checks import check_clauses
from csperf.rubric.extend import find_origins, read_extended
from csperf.rubric.measure_checks import check_measure
from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Rubric
from csperf.rubric.sql import CheckSql
from csperf.yaml_models import read_model
from csperf.yaml_source import YamlPath, YamlSource


@dataclass(frozen=True)
class LoadedRubric:
    """A rubric without errors and the measures it needs, those of its awards too, each after its parts.

    `sha256` is that of the rubric file's bytes, and covers the rubrics that it extends; `warnings` do not
    stop anything. `origins` says of an extending rubric which rubric each value stands in, by its name.
    """

    rubric: Rubric
    measures: dict[str, Measure]
    source: YamlSource
    sha256: str
    warnings: tuple[Problem, ...]
    origins: Mapping[YamlPath, str] = field(default_factory=dict)


def load_rubric(
    path: Path,
    catalogue: Catalogue,
    check_sql: CheckSql,
    shown_as: str | None = None,
    known: Mapping[str, Path] | None = None,
) -> LoadedRubric:
    """Read and check one rubric file; raises ProblemsFound once, warnings included, if there is any error.

    `known`: the rubrics that it can extend by name.
    """
    problems: list[Problem] = []
    source = read_extended(path, known or {}, shown_as, problems)
    rubric, wrong = read_model(source, Rubric, "rubric")
    problems.extend(wrong)
    own, wrong = read_entries(source, ("measures",))
    problems.extend(wrong)
    lines = read_lines(rubric, source)
    problems.extend(check_scheme(lines, source))

    found = _Measures({**catalogue.entries, **own}, check_sql)
    written_here = set((source.data or {}).get("measures") or ()) if isinstance(source.data, dict) else set()
    for line in lines:
        measure = found.need(line.name)
        if measure is not None:
            problems.extend(check_indicator(line, measure, source))
        elif line.name not in found.entries and line.name not in written_here:
            problems.append(
                source.problem(
                    line.path,
                    "rubric-unknown-measure",
                    f'unknown measure "{line.name}" in dimension "{line.dimension}"',
                    hint=suggest(line.name, list(found.entries)),
                    key=True,
                )
            )
    problems.extend(check_clauses(lines, source, found.need, found.entries))
    used = set(found.ready)
    for name in own:
        # What a base defines for an indicator that is taken out here is no mistake of either.
        if name not in used and source.origin(("measures", name)) is source.origin(()):
            found.need(name)
            problems.append(
                source.problem(
                    ("measures", name),
                    "rubric-unused-measure",
                    f'measure "{name}" is defined here, but no indicator uses it',
                    hint="use it as an indicator, or take it out",
                    key=True,
                    severity="warning",
                )
            )
    problems = _in_order([*problems, *found.problems], source.file)
    if rubric is None or any(problem.severity == "error" for problem in problems):
        raise ProblemsFound(problems)
    measures = {name: measure for name, measure in found.ready.items() if name in used and measure is not None}
    return LoadedRubric(rubric, measures, source, source.sha256, tuple(problems), find_origins(source))


def check_catalogue(catalogue: Catalogue, check_sql: CheckSql) -> list[Problem]:
    """What is wrong with the measures of a catalogue, used or not."""
    found = _Measures(catalogue.entries, check_sql)
    for name in catalogue.entries:
        found.need(name)
    return found.problems


def load_every_measure(catalogue: Catalogue, check_sql: CheckSql) -> dict[str, Measure]:
    """All measures of a catalogue by name, parts first; raises ProblemsFound where one of them cannot be used."""
    found = _Measures(catalogue.entries, check_sql)
    measures = {name: found.need(name) for name in catalogue.entries}
    if found.problems:
        raise ProblemsFound(found.problems)
    return {name: measure for name, measure in measures.items() if measure is not None}


class _Measures:
    """Makes measures ready as they are needed, parts first, and gathers what is wrong with them."""

    def __init__(self, entries: dict[str, CatalogueEntry], check_sql: CheckSql) -> None:
        self.entries, self.check_sql = entries, check_sql
        self.ready: dict[str, Measure | None] = {}
        self.problems: list[Problem] = []

    def need(self, name: str, above: tuple[str, ...] = ()) -> Measure | None:
        """The measure of this name; None if there is none or it cannot be made ready."""
        if name in self.ready:
            return self.ready[name]
        entry = self.entries.get(name)
        if entry is None:
            return None
        measure, problems = check_measure(entry, self.check_sql)
        self.problems.extend(problems)
        for part in measure.parts if measure else ():
            self._need_part(entry, part, (*above, name))
        self.ready[name] = measure
        return measure

    def _need_part(self, entry: CatalogueEntry, part: str, above: tuple[str, ...]) -> None:
        if part in above:
            cycle = " → ".join((*above[above.index(part) :], part))
            self.problems.append(
                entry.problem(
                    ("derived",),
                    "measure-cycle",
                    f'measure "{part}" is derived from itself: {cycle}',
                    hint="derive it from other measures",
                )
            )
        elif part not in self.entries:
            self.problems.append(
                entry.problem(
                    ("derived",),
                    "measure-unknown-part",
                    f'derived of measure "{entry.name}": unknown measure "{part}"',
                    hint=suggest(part, list(self.entries)),
                )
            )
        else:
            self.need(part, above)


def _in_order(problems: Iterable[Problem], file: str) -> list[Problem]:
    """The rubric's own problems first, each file from top to bottom, none twice."""

    def place(problem: Problem) -> tuple[bool, str, int, int]:
        at = problem.at
        assert at is not None
        return at.file != file, at.file, at.line or 0, at.column or 0

    return sorted(dict.fromkeys(problems), key=place)
