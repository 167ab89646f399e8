"""Where results go: stdout as data, stderr as talk, files whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import locale
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from csperf.cli.options import Lang

if TYPE_CHECKING:
    from csperf.workspace import Workspace

Known = TypeVar("Known", bound=str)


def choose_language(asked: Lang | None, workspace: Workspace | None, is_data: bool = False) -> str:
    """The language asked for, else the workspace's, else the locale's.

    Data that other programs read never depends on the locale: there it is English else.
    """
    if asked:
        return asked.value
    if workspace and workspace.content.language:
        return workspace.content.language
    if is_data:
        return Lang.EN.value
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    spoken = spoken or (locale.getlocale()[0] or "")
    return "zh-CN" if spoken.lower().startswith(("zh", "chinese")) else "en"


def choose_format(asked: str, output: Path | None, known: tuple[Known, ...]) -> Known:
    """The format asked for, else by the suffix, else the first known on a terminal, the second elsewhere."""
    formats: dict[str, Known] = {name: name for name in known}
    if asked != "auto":
        return formats[asked]
    if output is not None:
        suffix = output.suffix.lower().removeprefix(".")
        suffix = {"markdown": "md", "jsonl": "ndjson", "txt": "table"}.get(suffix, suffix)
        if suffix not in formats:
            endings = ", ".join(f".{name}" for name in known if name != "table")
            raise typer.BadParameter(
                f'no format for "{output.name}"; end it with one of {endings}, or use --format',
                param_hint="--output",
            )
        return formats[suffix]
    return known[0 if sys.stdout.isatty() else 1]


def terminal_width() -> int:
    """The terminal's width in cells; `COLUMNS` wins; 140 where the output is piped."""
    return shutil.get_terminal_size((80 if sys.stdout.isatty() else 140, 24)).columns


def use_color(output: Path | None = None) -> bool:
    """Colours only on a terminal, never in a file, and never with NO_COLOR."""
    return (
        output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def write_result(
    result: str | bytes, output: Path | None = None, *, is_data: bool, lang: str, quiet: bool = False
) -> None:
    """To the file, and say so, or to stdout: data as UTF-8 whatever the locale, a table in the terminal's encoding."""
    if output is not None:
        write_file(output, result if isinstance(result, bytes) else result.encode("utf-8"), lang, quiet)
    elif isinstance(result, bytes) or (is_data and hasattr(sys.stdout, "buffer")):
        sys.stdout.flush()
        sys.stdout.buffer.write(result if isinstance(result, bytes) else result.encode("utf-8"))
    else:
        sys.stdout.write(result)


def write_file(path: Path, content: bytes, lang: str, quiet: bool) -> None:
    """Write a file, whole or not at all, and say so."""
    from csperf.render.words import label

    _write_whole(path, content)
    say_aside(label("file-written", lang, file=path), quiet)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent: to a temporary neighbour first, then renamed."""
    folder = path.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is no such folder", str(folder))
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def say_aside(text: str, quiet: bool = False) -> None:
    """Talk: on stderr, never mixed with results."""
    if not quiet:
        print(text, file=sys.stderr)


@contextlib.contextmanager
def working(lang: str, quiet: bool) -> Iterator[None]:
    """Show that work goes on, on a terminal, once it has taken a second."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from csperf.render.words import label

    text, done = label("working", lang), threading.Event()

    def show() -> None:
        if not done.wait(1.0):
            from rich.console import Console

            with Console(stderr=True).status(text):
                done.wait()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
