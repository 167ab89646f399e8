"""`csperf init`: a working workspace with a rubric and sample data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from csperf.cli.options import LangOption
from csperf.cli.output import choose_language, say_aside


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The new workspace; made if need be.")] = Path(),
    lang: LangOption = None,
) -> int:
    """Make a workspace that works at once: sample exports, a rubric to change, csperf.yaml."""
    from csperf.problems import Location, Problem, ProblemsFound
    from csperf.render.words import label
    from csperf.shipped import shipped
    from csperf.workspace import FILE_NAME, load_workspace

    language = choose_language(lang, None)
    sample = shipped("sample_data")
    wanted = [path for path in sorted(sample.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc")]
    rubric = load_workspace(sample).content.rubric
    copies = {path: folder / path.relative_to(sample) for path in wanted}
    copies[shipped("configs") / "rubrics" / f"{rubric}.yaml"] = folder / "rubrics" / f"{rubric}.yaml"
    taken = sorted(target.as_posix() for target in copies.values() if target.exists())
    if taken:
        raise ProblemsFound(
            [
                Problem(
                    "init-not-empty",
                    f"{len(taken)} files would be overwritten, such as {taken[0]}",
                    Location(str(folder)),
                    hint=f"choose an empty folder; a {FILE_NAME} here already makes it a workspace",
                )
            ]
        )
    for source, target in copies.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    say_aside(label("init-done", language, folder=folder, rubric=rubric))
    return 0
