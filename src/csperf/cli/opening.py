"""What every command does first: find the workspace, say so if it is the sample, open a session."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from csperf.cli.options import Lang
from csperf.cli.output import choose_language, say_aside

if TYPE_CHECKING:
    from csperf.session import Session


@contextlib.contextmanager
def open_session(workspace: Path | None, lang: Lang | None, quiet: bool) -> Iterator[tuple[Session, str]]:
    """(the session, the output's language); temporary files are gone when it ends."""
    from csperf.render.words import label
    from csperf.session import Session
    from csperf.workspace import load_workspace

    found = load_workspace(workspace)
    language = choose_language(lang, found)
    if found.is_sample:
        say_aside(label("using-sample", language), quiet)
    with tempfile.TemporaryDirectory(prefix="csperf-", ignore_cleanup_errors=True) as workdir:
        yield Session(found, Path(workdir)), language
