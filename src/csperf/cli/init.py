"""`csperf init`: a working workspace, with sample data or from somebody's own exports."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csperf.cli.options import DatesOption, EncodingOption, Lang, LangOption, MarketplaceOption, check_zone
from csperf.cli.output import choose_language, say_aside, working

if TYPE_CHECKING:
    from csperf.starting.plan import Start


_EXPORT_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".xlsx", ".xls", ".gz", ".zip")


class Sample(StrEnum):
    """What can be played with: three months of every kind of export, or a year of one report."""

    SHOP = "shop"
    YEAR = "year"


_MOST_ALIKE = 5
"""Of how many people who may have several names these are printed."""


def init(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR]", show_default=False,
            help="The new workspace; made if need be. With --from, existing files here are exports as well.",
        ),
    ] = None,
    exports: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", envvar="CSPERF_FROM", metavar="FILE", show_default=False,
            help="An export of your own; may be repeated. The rubric is chosen by what the files can feed.",
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone", envvar="CSPERF_ZONE", metavar="ZONE", show_default=False, callback=check_zone,
            help="With --from: the zone of times that name none, and of months, such as Asia/Shanghai.",
        ),
    ] = None,
    dates: DatesOption = None,
    marketplace: MarketplaceOption = None,
    encoding: EncodingOption = None,
    sample: Annotated[
        Sample | None,
        typer.Option(
            "--sample", envvar="CSPERF_SAMPLE", show_default=False,
            help="shop: three months of every kind of export (the default). year: a chat team's twelve months.",
        ),
    ] = None,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Make a workspace that works at once: from your own exports (--from), or with a sample shop to play with."""
    language = choose_language(lang, None)
    listed = places or []
    if exports:
        if sample:
            raise typer.BadParameter("is instead of exports of your own", param_hint="--sample")
        files = [*exports, *(path for path in listed if path.is_file())]
        folder = _choose_folder([path for path in listed if not path.is_file()])
        said = {
            "zone": zone, "dates": dates and dates.value, "marketplace": marketplace, "encoding": encoding
        }  # fmt: skip
        _start_from(folder, files, {key: value for key, value in said.items() if value}, lang, language)
        return 0
    for flag, value in (("--zone", zone), ("--dates", dates), ("--marketplace", marketplace), ("--encoding", encoding)):
        if value:
            raise typer.BadParameter("says something of exports; name them with --from", param_hint=flag)
    if len(listed) > 1:
        raise typer.BadParameter("name one folder, and exports of your own after --from", param_hint="[DIR]")
    _copy_sample(sample or Sample.SHOP, listed[0] if listed else Path(), language)
    return 0


def _choose_folder(listed: Sequence[Path]) -> Path:
    """The one folder among what is no file; wrong usage for several, and for what is called like an export."""
    for path in listed:
        if path.suffix.lower() in _EXPORT_SUFFIXES and not path.is_dir():
            raise typer.BadParameter(f'there is no file "{path}"', param_hint="--from")
    if len(listed) > 1:
        raise typer.BadParameter(f'"{listed[0]}" and "{listed[1]}" are no files; name one folder', param_hint="[DIR]")
    return listed[0] if listed else Path()


def _start_from(folder: Path, files: Sequence[Path], said: Mapping[str, Any], lang: Lang | None, language: str) -> None:
    """A workspace that scores these files."""
    from csperf.render.commands import quote_word
    from csperf.starting.plan import Answers, plan_start
    from csperf.workspace import FILE_NAME

    _refuse_taken(folder, [FILE_NAME], "choose an empty folder; csperf data inspect --write adds files to a workspace")
    again = ["csperf init", *(f"--from {quote_word(str(file))}" for file in files), *_name_folder(folder)]
    again += [f"--{flag} {quote_word(value)}" for flag, value in said.items()]
    again += [f"--lang {lang.value}"] if lang else []
    with tempfile.TemporaryDirectory(prefix="csperf-", ignore_cleanup_errors=True) as workdir, working(language, False):
        start = plan_start(folder, files, Answers(**said), " ".join(again), language, Path(workdir), dt.date.today())
    _refuse_taken(folder, [*start.texts, *start.copies])
    for place, file in start.copies.items():
        _make_room(folder / place)
        shutil.copyfile(file, folder / place)
    for place, text in start.texts.items():
        _make_room(folder / place)
        (folder / place).write_bytes(text)
    _say_started(folder, start, language)


def _say_started(folder: Path, start: Start, language: str) -> None:
    from csperf.render.words import label
    from csperf.scoring.cards import Number
    from csperf.starting.plan import ROSTER_FILE, title_file

    for path, report in start.reports.items():
        code = "init-from-file" if report.inspection.confidence == "sure" else "init-from-likely"
        say_aside(label(code, language, file=path, title=title_file(report, language)))
    choice = start.choice
    for source in start.idle:
        say_aside(label("init-from-idle", language, source=source))
    if start.alike:
        groups = [" = ".join(group) for group in start.alike[:_MOST_ALIKE]]
        names = label("list-semicolon", language).join([*groups, *(["…"] if len(start.alike) > _MOST_ALIKE else [])])
        say_aside(label("init-from-alike", language, names=names))
    cards = choice.scores.cards
    say_aside(
        label(
            f"init-from-by-{choice.by}", language, folder=folder, month=choice.month, agents=Number(len(cards)),
            indicators=Number(len(choice.scores.indicator_titles)),
            scored=sum(card.score is not None for card in cards),
        )
    )  # fmt: skip
    if start.lacks_orders:
        say_aside(label("init-from-orders", language))
    words = ["csperf score", *(f"-C {name}" for name in _name_folder(folder))]
    words += ["--by shop"] if choice.by == "shop" else []
    code = "init-from-next-roster" if ROSTER_FILE in start.texts else "init-from-next"
    say_aside(label(code, language, command=" ".join([*words, f"--month {choice.month}"])))


def _name_folder(folder: Path) -> list[str]:
    """The folder as a command names it; nothing where it is the current one."""
    from csperf.render.commands import quote_word

    return [] if folder == Path() else [quote_word(str(folder))]


def _copy_sample(sample: Sample, folder: Path, language: str) -> None:
    """A sample with its rubric, to be changed."""
    from csperf.render.words import label
    from csperf.shipped import shipped
    from csperf.workspace import FILE_NAME, load_workspace

    shop = shipped("sample_data")
    year = shop / "year"
    home = year if sample is Sample.YEAR else shop
    files = (path for path in sorted(home.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc"))
    copies = {
        path.relative_to(home).as_posix(): path for path in files if home is year or not path.is_relative_to(year)
    }
    rubric = load_workspace(home).content.rubric
    if home is shop:
        copies[f"rubrics/{rubric}.yaml"] = shipped("configs") / "rubrics" / f"{rubric}.yaml"
    _refuse_taken(folder, copies)
    for place, file in copies.items():
        _make_room(folder / place)
        shutil.copyfile(file, folder / place)
    if language == Lang.ZH_CN.value:
        _speak_chinese(folder / FILE_NAME)
    say_aside(label("init-done", language, folder=folder, rubric=Path(rubric).stem))


def _speak_chinese(file: Path) -> None:
    """What cron writes from here is Chinese too, though it has no locale."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nrubric:", "\nlanguage: zh-CN\nrubric:", 1), encoding="utf-8", newline="\n")


def _make_room(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)


def _refuse_taken(folder: Path, places: Iterable[str], hint: str | None = None) -> None:
    """Raises ProblemsFound where a file would be overwritten."""
    from csperf.problems import Location, Problem, ProblemsFound
    from csperf.workspace import FILE_NAME

    taken = sorted((folder / place).as_posix() for place in places if (folder / place).exists())
    if taken:
        raise ProblemsFound(
            [
                Problem(
                    "init-not-empty",
                    f"{len(taken)} files would be overwritten, such as {taken[0]}",
                    Location(str(folder)),
                    hint=hint or f"choose an empty folder; a {FILE_NAME} here already makes it a workspace",
                )
            ]
        )
