"""csperf.yaml: which files, in which format, in which zone, scored by which rubric."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from csperf.problems import Location, Problem, ProblemsFound
from csperf.service_hours import ServiceHours, read_day, read_days, read_hours, read_interval
from csperf.shipped import shipped
from csperf.yaml_models import read_model
from csperf.yaml_source import YamlSource, read_yaml

FILE_NAME = "csperf.yaml"
AUTO = "auto"
"""The encoding of files that are to show themselves in which they are."""
FileList = Annotated[str | list[str], Field(description="a path, a glob, or a list of them; relative to csperf.yaml")]
_T = TypeVar("_T")


def _read_by(read: Callable[[_T], object]) -> AfterValidator:
    """Refuses what `read` cannot read, at the place where it stands, and keeps it as it is written."""

    def check(written: _T) -> _T:
        read(written)
        return written

    return AfterValidator(check)


DayHours = Annotated[list[Annotated[str, _read_by(read_interval)]], _read_by(read_day)]
WeekHours = Annotated[DayHours | dict[Annotated[str, _read_by(read_days)], DayHours], _read_by(read_hours)]


def _find_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f'unknown zone "{name}"; write an IANA name such as Asia/Shanghai or America/Los_Angeles'
        ) from error


ZoneName = Annotated[str, _read_by(_find_zone)]


def _find_encoding(name: str) -> str:
    try:
        " ".encode("utf-8" if name == AUTO else name)
    except LookupError as error:
        known = "auto, utf-8, gb18030, utf-16, cp1252 or cp932"
        raise ValueError(f'unknown encoding "{name}"; write {known}') from error
    return name


EncodingName = Annotated[str, _read_by(_find_encoding)]


class SourceEntry(BaseModel):
    """One source: files that hold rows of one canonical table."""

    model_config = ConfigDict(extra="forbid")
    files: FileList
    format: str | None = Field(None, description="a format by name, or a format file; canonical columns need none")
    table: str | None = Field(None, description="canonical table; default: the format's, or the source's name")
    zone: ZoneName | None = Field(
        None, description="IANA name; of times that say none; default: the format's, or the workspace's"
    )
    dates: Literal["year-first", "month-first", "day-first"] | None = Field(
        None, description="the order of numbers in dates such as 03/04/2025; default: the format's"
    )
    marketplace: str | None = Field(None, description="country code, where the format depends on it")
    encoding: EncodingName | None = Field(
        None, description="such as utf-8, gb18030, utf-16, cp1252, cp932, where the format says auto"
    )


class RunSettings(BaseModel):
    """What `csperf run` does beside scoring, each month and unattended."""

    model_config = ConfigDict(extra="forbid")
    output: str = Field("reports", description="the folder that scores are written to, relative to csperf.yaml")
    formats: list[Literal["xlsx", "json", "csv", "md"]] = Field(
        ["xlsx", "json"], min_length=1, description="one file of each per month"
    )
    grace_days: Annotated[int, Field(ge=0, le=365)] = Field(
        5, description="days after the end of a month before it is sealed"
    )
    strict: bool = Field(False, description="rejected rows or missing sources stop the run")


class WorkspaceFile(BaseModel):
    """The content of csperf.yaml."""

    model_config = ConfigDict(extra="forbid")
    zone: ZoneName = Field("Asia/Shanghai", description="IANA name; every period is cut in this zone")
    calendar: str = Field("CN", description="country code of the working-day calendar")
    working_hours: WeekHours | None = Field(
        None, description='hours of every working day, such as ["09:00-12:00", "13:00-18:00"], or of mon … sun'
    )
    language: Literal["en", "zh-CN"] | None = Field(None, description="language of the output; default: the locale's")
    rubric: str = Field(description="a shipped rubric by name, or a file")
    measures: str | None = Field(
        None, description="a measures file of your own; it adds to the catalogue and overrides it"
    )
    bots: list[str] = Field(
        default_factory=list, description="names that are no persons, such as 机器人*; counted and never scored"
    )
    ledger: str = Field("ledger", description="the folder of sealed months, relative to csperf.yaml")
    exemptions: str = Field(
        "exemptions.yaml", description="the file of exemptions, relative to csperf.yaml; it need not be there"
    )
    anonymous_key: str = Field(
        "anonymous.key", description="the file of the key that pseudonyms are made with, relative to csperf.yaml"
    )
    run: RunSettings = Field(RunSettings(), description="what csperf run does each month")
    sources: dict[str, SourceEntry] = Field(min_length=1)


class Workspace(BaseModel):
    """A workspace that was found and read: its folder, its content, and whether it is the bundled sample."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    folder: Path
    content: WorkspaceFile
    source: YamlSource
    is_sample: bool = False

    @property
    def ledger(self) -> Path:
        """The folder of sealed months; it need not be there."""
        return self.folder / self.content.ledger

    def service_hours(self) -> ServiceHours:
        """The hours in which time counts as working time; raises ProblemsFound where none are written."""
        if self.content.working_hours is None:
            raise ProblemsFound(
                [
                    self.source.problem(
                        (),
                        "workspace-working-hours",
                        "the rubric counts working hours, and nothing says when they are",
                        hint=f'add to {FILE_NAME}, for example: working_hours: ["09:00-12:00", "13:00-18:00"]',
                    )
                ]
            )
        return read_hours(self.content.working_hours)

    def find_files(self, name: str) -> list[Path]:
        """The files of a source, sorted; raises ProblemsFound where a pattern matches nothing."""
        entry = self.content.sources[name]
        patterns = [entry.files] if isinstance(entry.files, str) else entry.files
        found: dict[Path, Path] = {}
        problems = []
        if not patterns:
            problems.append(
                self.source.problem(
                    ("sources", name, "files"),
                    "data-no-files",
                    f'source "{name}" names no file',
                    hint='name its files, such as "exports/tickets-*.csv"',
                )
            )
        for index, pattern in enumerate(patterns):
            matches = self._match(pattern)
            if not matches:
                path = ("sources", name, "files") if isinstance(entry.files, str) else ("sources", name, "files", index)
                problems.append(
                    self.source.problem(
                        path,
                        "data-no-files",
                        f'no file matches "{pattern}" of source "{name}"',
                        hint=f"paths are relative to the folder of {FILE_NAME}; is the export there?",
                    )
                )
            for match in matches:
                found.setdefault(match.resolve(), match)  # two ways to one file are one file
        if problems:
            raise ProblemsFound(problems)
        return sorted(found.values(), key=lambda path: path.as_posix())

    def find_source(self, file: Path) -> str | None:
        """The source that has a file already."""
        for name in self.content.sources:
            with suppress(ProblemsFound):
                if file.resolve() in [one.resolve() for one in self.find_files(name)]:
                    return name
        return None

    def _match(self, pattern: str) -> list[Path]:
        try:
            path = Path(pattern).expanduser()
        except RuntimeError:  # nobody of that name has a home
            return []
        if not any(sign in pattern for sign in "*?["):
            whole = self.folder / path
            return [whole] if whole.exists() else []
        if path.is_absolute():
            return [match for match in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if match.is_file()]
        return [match for match in self.folder.glob(pattern) if match.is_file()]


def find_workspace(start: Path | None) -> Path | None:
    """The folder of the workspace: `start` if given, else the nearest upward that holds csperf.yaml."""
    if start is not None:
        return start
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / FILE_NAME).is_file()), None)


def load_workspace(start: Path | None) -> Workspace:
    """Find and read the workspace; the bundled sample where there is none. Raises ProblemsFound."""
    folder = find_workspace(start)
    is_sample = folder is None
    folder = folder or shipped("sample_data")
    file = folder if folder.is_file() else folder / FILE_NAME
    if not file.is_file():
        raise ProblemsFound(
            [
                Problem(
                    "workspace-missing",
                    f"no {FILE_NAME} here",
                    Location(str(folder)),
                    hint="csperf init makes a workspace; -C names another folder",
                )
            ]
        )
    shown = show_path(file)
    source = read_yaml(file, shown)
    content, problems = read_model(source, WorkspaceFile, "workspace")
    if content is None:
        raise ProblemsFound(problems)
    return Workspace(folder=file.parent, content=content, source=source, is_sample=is_sample)


def show_path(path: Path) -> str:
    """A path as a person would write it from here."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)
