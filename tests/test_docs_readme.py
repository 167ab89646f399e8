"""What the README and the guides tell a reader to type works, in the order in which they tell it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from csperf.cli import main
from markdown_blocks import ROOT, read_blocks

READMES = ("README.md", "README.zh-CN.md")
PAGES = [
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
SETS_UP = ("python3 -m venv", ". .venv/bin/activate")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace as `csperf init` makes it, and the current folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "shop"]) == 0
    monkeypatch.chdir("shop")
    return Path.cwd()


def follow(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what a page says: write its files, run its commands up to the pipe. None may fail."""
    for block in read_blocks(page):
        if block.word and "." in block.word:
            Path(block.word).write_text(block.text, encoding="utf-8")
        if block.language != "sh":
            continue
        for words in block.commands():
            if " ".join(words).startswith(SETS_UP):
                continue
            match words:
                case ["export", setting]:
                    monkeypatch.setenv(*setting.split("="))
                case ["cd", folder]:
                    monkeypatch.chdir(folder)
                case ["csperf", *arguments]:
                    end = next((index for index, word in enumerate(arguments) if word in ("|", ">")), None)
                    assert main(arguments[:end]) == 0, f"{page}: {' '.join(words)}"
                case _:
                    pytest.fail(f"{page}: nobody tries {' '.join(words)}")


@pytest.mark.parametrize("page", READMES)
def test_a_reader_can_follow_the_readme(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    follow(page, monkeypatch)

    # Their own export was scored at the end, one row of it set aside, as the text says.
    assert Path.cwd() == tmp_path / "shop"
    assert (tmp_path / "shop" / "june.xlsx").stat().st_size > 0
    capsys.readouterr()
    assert main(["data", "check", "--format", "json", "-q"]) == 0
    (source,) = json.loads(capsys.readouterr().out)["sources"]
    assert (source["rows"], source["accepted"], source["rejected"]) == (6, 5, 1)


@pytest.mark.parametrize("page", ["docs/rubric.md", "docs/formats.md", "docs/guide.zh-CN.md"])
@pytest.mark.usefixtures("shop")
def test_a_reader_can_follow_a_guide(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(page, monkeypatch)


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh-CN")])
def test_the_card_in_the_readme_is_what_explain_prints(
    page: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    shown = next(block.text for block in read_blocks(page) if block.language == "text")

    main(["explain", "A003", "--month", "2025-06", "--indicator", "csat", "--format", "table", "--lang", lang])

    printed = capsys.readouterr().out
    for line in shown.splitlines():
        assert line.strip() in printed


@pytest.mark.parametrize(
    ("page", "lang", "says"), [("README.md", "en", "{} more"), ("README.zh-CN.md", "zh-CN", "{} 个")]
)
def test_the_readme_says_what_the_target_still_takes(
    page: str, lang: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [words for block in read_blocks(page) if block.language == "sh" for words in block.commands()]
    (command,) = (words for words in commands if "--as-of" in words)
    (count,) = re.findall(r"(\d+) (?:more hits|份评价都满意)", (ROOT / page).read_text(encoding="utf-8"))

    main([*command[1:], "--indicator", "csat", "--format", "table", "--lang", lang])

    assert says.format(count) in capsys.readouterr().out


def test_both_readmes_have_the_same_commands() -> None:
    def commands(page: str) -> list[str]:
        lines = [" ".join(words) for block in read_blocks(page) if block.language == "sh" for words in block.commands()]
        return [re.sub(r"(--lang |CSPERF_LANG=)\S+", r"\1…", line) for line in lines]

    assert commands("README.md") == commands("README.zh-CN.md")
    assert len(commands("README.md")) > 10


def test_both_readmes_lead_to_the_same_files() -> None:
    english, chinese = ([block.word for block in read_blocks(page) if block.word] for page in READMES)
    assert english == chinese
    assert "csperf.yaml" in english


def test_ci_runs_the_readmes_test_command() -> None:
    command = next(
        line for block in read_blocks("README.md") for line in block.text.splitlines() if line.endswith("pytest")
    )
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert command.split(" && ")[-1].replace(".venv", ".ci-venv") in lines


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    folder = (ROOT / page).parent
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        found = folder / path if path else ROOT / page
        assert found.exists(), f"{page} points to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [heading.lower().replace(" ", "-") for heading in headings], f"{page}: {target}"


def test_the_map_has_every_module() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "csperf"
    modules = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    modules |= {path.name for path in package.glob("*.py") if not path.name.startswith("__")}

    assert {module for module in modules if f"| `{module}` |" not in page} == set()
