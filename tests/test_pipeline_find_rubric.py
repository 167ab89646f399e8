"""The file of a rubric: by path, by the name of its file, or by the name that it gives itself."""

from pathlib import Path

import pytest

from csperf.pipeline import find_rubric
from csperf.problems import ProblemsFound
from csperf.workspace import Workspace, load_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    rubrics = {"2025-draft": "name: our-shop", "other": "name: others", "broken": "name: [", "empty": ""}
    Path("rubrics").mkdir()
    for file, text in rubrics.items():
        Path(f"rubrics/{file}.yaml").write_text(text + "\n", encoding="utf-8")
    Path("csperf.yaml").write_text("rubric: our-shop\nsources:\n  surveys: {files: none.csv}\n", encoding="utf-8")
    return load_workspace(None)


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        (None, "2025-draft"),
        ("our-shop", "2025-draft"),
        ("2025-draft", "2025-draft"),
        ("rubrics/other.yaml", "other"),
        ("others", "other"),
        ("broken", "broken"),
        ("remote-team", "remote-team"),
    ],
)
def test_a_rubric_is_found(workspace: Workspace, asked: str | None, file: str) -> None:
    assert find_rubric(workspace, asked).name == f"{file}.yaml"


def test_the_name_of_a_file_goes_before_the_name_in_another(workspace: Workspace) -> None:
    Path("rubrics/our-shop.yaml").write_text("name: something-else\n", encoding="utf-8")
    assert find_rubric(workspace, "our-shop").name == "our-shop.yaml"


def test_a_name_in_two_files_is_none_of_them(workspace: Workspace) -> None:
    Path("rubrics/copy.yaml").write_text("name: our-shop\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        find_rubric(workspace, "our-shop")
    (problem,) = found.value.problems
    assert problem.code == "rubric-unknown"
    assert (problem.hint or "").startswith("that is the name in rubrics/2025-draft.yaml and in rubrics/copy.yaml")


def test_a_name_that_nothing_has(workspace: Workspace) -> None:
    with pytest.raises(ProblemsFound, match="rubric-unknown"):
        find_rubric(workspace, "our-shops")
