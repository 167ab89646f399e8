"""What is said on stderr of a scored period: of its rubrics, of the rows set aside, of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from csperf.cli.errors import print_problems
from csperf.cli.output import say_aside
from csperf.notes import SERIOUS
from csperf.problems import Problem
from csperf.pseudonyms import without_people
from csperf.render.words import label, say
from csperf.scoring.cards import Number, SourceCounts, Words, words


@dataclass(frozen=True)
class Findings:
    """What a person should know beside the result. set_aside: why rows were, by reason and source."""

    rubrics: Sequence[Problem]
    set_aside: Sequence[Problem]
    sources: Sequence[SourceCounts]
    warnings: Sequence[Words]

    @property
    def are_serious(self) -> bool:
        """Whether --strict minds them: rows set aside, or something that cannot be measured."""
        return bool(self.set_aside) or any(warning.code in SERIOUS for warning in self.warnings)

    def without_people(self) -> Findings:
        """The same without the warnings that name people, and how many were left out."""
        kept = without_people(self.warnings)
        left_out = Number(len(self.warnings) - len(kept))
        said = (words("remarks-left-out", count=left_out),) if len(kept) < len(self.warnings) else ()
        return replace(self, warnings=(*kept, *said))


def print_findings(findings: Findings, lang: str, *, in_full: bool, are_counted: bool = False) -> None:
    """Say them: in_full with every reason for which rows were set aside, and which rows these are.

    Else they take one line per source, or one in all where the result itself counts them (are_counted).
    """
    print_problems([*findings.rubrics, *(findings.set_aside if in_full else ())])
    if not in_full:
        for line in _count_in_all(findings, lang) if are_counted else _count_by_source(findings, lang):
            say_aside(line)
    for warning in findings.warnings:
        say_aside(say(warning, lang))


def _count_in_all(findings: Findings, lang: str) -> Iterator[str]:
    rejected = sum(source.rejected for source in findings.sources)
    if rejected:
        yield label("rows-set-aside-in-all", lang, rejected=rejected)


def _count_by_source(findings: Findings, lang: str) -> Iterator[str]:
    for source in findings.sources:
        problems = [one for one in findings.set_aside if one.at and one.at.file == source.name]
        reasons = ", ".join(sorted({problem.code.removeprefix("data-") for problem in problems}))
        if source.rejected and reasons:  # a sealed month kept how many they were, not why
            yield label("rows-set-aside", lang, source=source.name, rejected=Number(source.rejected),
                        rows=Number(source.rows), reasons=reasons)  # fmt: skip
