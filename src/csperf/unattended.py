"""The month's work with nobody watching: check, score, write, seal, each said in one line of a log."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from csperf.closing.sealing import ledger_folder, seal_month
from csperf.ledger.folder import list_sealed
from csperf.ledger.lock import lock_ledger
from csperf.months import Span, read_span
from csperf.notes import SERIOUS
from csperf.period import Period, parse_month
from csperf.pipeline import NothingInPeriod, check_data, load_scheme
from csperf.problems import Location, Problem, ProblemsFound
from csperf.render import render_score
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import ScoreTable
from csperf.scoring.rollup import WHOLE_MONTH
from csperf.session import Session
from csperf.workspace import RunSettings

Level = Literal["INFO", "WARNING", "ERROR"]
Ending = Literal["done", "differs", "problems", "locked"]
"""How a run ended: nothing left to do, a sealed month that today's files contradict, problems, or another at work."""

_BADNESS: tuple[Ending, ...] = ("done", "differs", "problems", "locked")
_BY_CODE: dict[str, Ending] = {"ledger-locked": "locked", "ledger-differs": "differs", "ledger-damaged": "differs"}
_MOST_IDLE_DAYS = 5
_RESULT = re.compile(r"((?:19|20)\d\d-(?:0[1-9]|1[0-2]))\.(xlsx|json|csv|md)")


@dataclass
class Log:
    """Lines such as `2025-07-06T03:00:01+08:00 INFO run 2025-06 check ok sources=18`, in the zone once it is known."""

    write: Callable[[Level, str], None]
    zone: str | None = None

    def say(self, month: str, step: str, result: str, text: str = "", level: Level = "INFO") -> None:
        """One line, whatever the text holds: what was done of which month, and what came of it."""
        words = f"{_now(self.zone).isoformat(timespec='seconds')} {level} run {month} {step} {result} {text}"
        self.write(level, " ".join(words.split()))

    def say_problems(self, month: str, step: str, error: ProblemsFound | OSError) -> None:
        """A line for each thing that is wrong."""
        problems = error.problems if isinstance(error, ProblemsFound) else (_of_file(error),)
        for number, problem in enumerate(problems, 1):
            place = f"{problem.at}: " if problem.at else ""
            more = f" ({'; '.join(problem.samples)})" if problem.samples else ""
            is_said_below = any(other.hint == problem.hint for other in problems[number:])
            hint = f" hint: {problem.hint}" if problem.hint and not is_said_below else ""
            self.say(month, step, "failed", f"{problem.code} {place}{problem.message}{more}{hint}", "ERROR")


def run_month(session: Session, asked: Period, lang: str, log: Log, *, with_earlier: bool) -> Ending:
    """Check, score, write and, once its days of grace have passed, seal a month that is over.

    with_earlier: likewise each month before it that has a written result, is not sealed, and has had its grace.
    """
    with ExitStack() as held:
        try:
            with _saying(log, asked, "lock"):
                held.enter_context(lock_ledger(ledger_folder(session)))
            with _saying(log, asked, "check"):
                scheme = _check(session, asked, log)
        except _Stopped as stopped:
            return stopped.ending
        run = _Run(session, scheme, lang, log)
        endings = [run.settle(month) for month in [*(run.list_earlier(asked) if with_earlier else ()), asked]]
    return max(endings, key=_BADNESS.index)


class _Stopped(Exception):  # noqa: N818 - what stopped it has been said
    """A step failed, and the month goes no further."""

    def __init__(self, ending: Ending) -> None:
        self.ending: Ending = ending


@contextmanager
def _saying(log: Log, month: Period, step: str) -> Iterator[None]:
    """What stops the step is said, and raised as _Stopped."""
    try:
        yield
    except (ProblemsFound, OSError) as error:
        log.say_problems(month.label, step, error)
        code = error.problems[0].code if isinstance(error, ProblemsFound) else ""
        raise _Stopped(_BY_CODE.get(code, "problems")) from error


def _of_file(error: OSError) -> Problem:
    place = None if error.filename is None else Location(str(error.filename))
    return Problem("file-error", error.strerror or str(error), place)


def _check(session: Session, month: Period, log: Log) -> LoadedRubric:
    """The rubric is sound and every source opens; where the workspace is strict, no row may be rejected either."""
    scheme = load_scheme(session.workspace)
    found = check_data(session)
    if found.problems and session.workspace.content.run.strict:
        raise ProblemsFound(found.problems)
    counts = [result.counts for _, result in found.found.values()]
    rejected = sum(one.rejected for one in counts)
    text = f"sources={len(counts)} rows={sum(one.rows for one in counts)} rejected={rejected}"
    log.say(month.label, "check", "ok", text)
    return scheme


@dataclass(frozen=True)
class _Run:
    """What every month of a run is worked on with."""

    session: Session
    scheme: LoadedRubric
    lang: str
    log: Log

    def list_earlier(self, asked: Period) -> list[Period]:
        """The months before `asked` that have a written result, are not sealed, and have had their grace, in order."""
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        labels = sorted({found[1] for name in names if (found := _RESULT.fullmatch(name))})
        months = [parse_month(label, asked.zone, asked.first_day) for label in labels if label < asked.label]
        return [month for month in months if not self._grace_lasts(month) and not self._is_sealed(month)]

    def settle(self, month: Period) -> Ending:
        """Score, write, seal; a month that was sealed just now is written once more, as the ledger has it."""
        try:
            span = self._score(month)
            self._check_complete(month, span)
            self._write(month, span.record.agents.table)
            if self._seal(month):
                self._write(month, self._score(month).record.agents.table)
        except _Stopped as stopped:
            return stopped.ending
        return "done"

    @property
    def _settings(self) -> RunSettings:
        return self.session.workspace.content.run

    @property
    def _folder(self) -> Path:
        return self.session.workspace.folder / self._settings.output

    def _is_sealed(self, month: Period) -> bool:
        return month.label in list_sealed(ledger_folder(self.session))

    def _grace_lasts(self, month: Period) -> bool:
        return _now(month.zone).date() < self._seals_from(month)

    def _seals_from(self, month: Period) -> dt.date:
        return month.end.date() + dt.timedelta(days=self._settings.grace_days)

    def _score(self, month: Period) -> Span:
        """The month as the ledger has it, else from today's files."""
        is_sealed = self._is_sealed(month)
        with _saying(self.log, month, "score"):
            with_hashes = "json" in self._settings.formats
            span = self._read_span(month, with_hashes)
            table = span.record.agents.table
            serious = [] if is_sealed else [warning for warning in table.warnings if warning.code in SERIOUS]
            if serious and self._settings.strict:
                raise ProblemsFound(Problem(warning.code, say(warning, "en")) for warning in serious)
        for warning in () if is_sealed else table.warnings:
            self.log.say(month.label, "score", "remark", f"{warning.code} {say(warning, 'en')}", "WARNING")
        scores = sum(card.score is not None for card in table.cards)
        rejected = sum(source.rejected for source in table.sources)
        text = (
            f"from={'ledger' if is_sealed else 'files'} agents={len(table.cards)} scores={scores} rejected={rejected}"
        )
        self.log.say(month.label, "score", "ok", text, "WARNING" if rejected and not is_sealed else "INFO")
        return span

    def _read_span(self, month: Period, with_hashes: bool) -> Span:
        try:
            return read_span(self.session, self.scheme, month, with_hashes=with_hashes)
        except NothingInPeriod as nothing:
            # Another month, which the hint offers to a person, is not what is to be run.
            hint = f"put the exports of {month.label} where csperf.yaml looks for them"
            raise ProblemsFound([replace(problem, hint=hint) for problem in nothing.problems]) from nothing

    def _write(self, month: Period, table: ScoreTable) -> None:
        with _saying(self.log, month, "write"):
            results = {
                self._folder / f"{month.label}.{name}": render_score(table, name, self.lang, bom=True)
                for name in self._settings.formats
            }
            self._folder.mkdir(parents=True, exist_ok=True)
            changed = [path.name for path, result in results.items() if _write_whole(path, result)]
        self.log.say(
            month.label, "write", "ok" if changed else "unchanged", f"files={','.join(changed)}" * bool(changed)
        )

    def _seal(self, month: Period) -> bool:
        """Whether the month was sealed just now; one that is sealed already is compared with today's files."""
        if self._grace_lasts(month) and not self._is_sealed(month):
            self.log.say(month.label, "seal", "waiting", f"until={self._seals_from(month)}")
            return False
        with _saying(self.log, month, "seal"):
            sealing = seal_month(self.session, self.scheme, month)
        is_new = sealing.status == "sealed"
        for note in sealing.table.provisional if is_new else ():
            self.log.say(month.label, "seal", "remark", f"{note.code} {say(note, 'en')}", "WARNING")
        self.log.say(month.label, "seal", "ok" if is_new else sealing.status, f"folder={sealing.folder}")
        return is_new

    def _check_complete(self, month: Period, span: Span) -> None:
        """A month that is to be sealed now, with nobody looking on: most have a score, and its rows reach its end."""
        if self._grace_lasts(month) or self._is_sealed(month):
            return
        here = [card for card in span.record.agents.table.cards if card.agent.presence]
        scores = sum(card.score is not None for card in here)
        last = _find_last_day(span)
        if scores < WHOLE_MONTH * len(here):
            self._refuse(month, f"{scores} of {len(here)} have a score")
        # Reports of a whole month may stand under its first day.
        elif last and month.first_day < last < month.last_day - dt.timedelta(days=_MOST_IDLE_DAYS):
            self._refuse(month, f"no row after {last}")

    def _refuse(self, month: Period, why: str) -> None:
        hint = f"are all exports there, and whole? csperf seal --month {month.label} seals it as it is"
        self.log.say(month.label, "score", "failed", f"incomplete {why} hint: {hint}", "ERROR")
        raise _Stopped("problems")


def _find_last_day(span: Span) -> dt.date | None:
    """The last day of which any file that was read has a row."""
    found = (result.last for measured in span.measured for result in measured.found.values())
    return max((dt.date(last.year, last.month, last.day) for last in found if last), default=None)


def _write_whole(path: Path, result: str | bytes) -> bool:
    """Write a file whole or not at all, unless it holds this already; whether it was written.

    The name of what is not whole yet is always the same, so the next run clears up what a killed one left.
    """
    content = result if isinstance(result, bytes) else result.encode("utf-8")
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    if path.is_file() and path.read_bytes() == content:
        return False
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # a full disk names no file
            error.filename = str(path)
        raise
    return True


def _now(zone: str | None) -> dt.datetime:
    return dt.datetime.now(ZoneInfo(zone)) if zone else dt.datetime.now().astimezone()
