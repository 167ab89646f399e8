"""The generated pages are what the code says today, and no command or flag is left out."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from csperf.cli import main
from markdown_blocks import ROOT


def load_script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh() -> None:
    pages: dict[Path, str] = load_script("generate").render_pages()

    stale = [path.name for path, page in pages.items() if path.read_text(encoding="utf-8") != page]

    assert stale == [], "run: python docs/generate.py"


def test_a_stale_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate = load_script("generate")
    monkeypatch.setattr(generate, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 1
    assert list(tmp_path.iterdir()) == []

    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0

    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 0


@pytest.mark.parametrize("name", ["score.svg", "score.zh-CN.svg"])
def test_pictures_show_what_is_printed_today(name: str) -> None:
    pytest.importorskip("pty", reason="pictures are taken in a pseudo-terminal")
    make_picture = load_script("make_picture")
    lang, width = make_picture.PICTURES[name]

    picture = make_picture.draw(make_picture.run_on_terminal(lang, width), lang, width)

    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == picture, "run: python docs/make_picture.py"


def read_help(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """What `csperf … --help` prints."""
    capsys.readouterr()
    assert main([*command, "--help"]) == 0
    return capsys.readouterr().out


def test_every_command_and_flag_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = {section.split("\n", 1)[0]: section for section in page.split("\n## ")[1:]}
    waiting: list[tuple[str, ...]] = [()]
    documented = set()
    while waiting:
        command = waiting.pop()
        text = read_help(capsys, *command)
        listed = re.findall(r"^  ([a-z]\S*)", text.partition("Commands:")[2], re.MULTILINE)
        waiting += [(*command, name) for name in listed]
        if listed and command:
            continue  # a group does nothing by itself
        name = " ".join(("csperf", *command))
        documented.add(name)
        assert name in sections, f"docs/cli.md lacks {name}"
        flags = set(re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*", text.partition("Options:")[2]))
        for flag in flags - {"-h", "--help"}:
            assert f"`{flag}`" in sections[name], f"docs/cli.md lacks {flag} of {name}"
        for variable in re.findall(r"CSPERF_\w+", text.replace("\n", "")):
            assert f"`{variable}`" in sections[name], f"docs/cli.md lacks {variable} of {name}"
    assert documented == set(sections)
    assert len(documented) > 8
