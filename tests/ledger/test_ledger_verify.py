"""A year of sealed months: whatever is altered afterwards is found, and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealed_shop import MONTHS, ROSTER, seal, surveys, verify, write_year
from small_shop import run_csperf

SCHEMA = json.loads((Path(__file__).parents[2] / "src/csperf/render/verify.schema.json").read_text("utf-8"))
JUNE = ("--month", "2025-06")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve months, sealed; only for looking at."""
    folder = write_year(tmp_path_factory.mktemp("year") / "shop")
    for month in MONTHS:
        assert json.loads(seal(folder, month).out)["status"] == "sealed"
    return folder


@pytest.fixture
def shop(year: Path, tmp_path: Path) -> Path:
    """A copy of it, elsewhere: a ledger holds wherever its workspace goes."""
    return Path(shutil.copytree(year, tmp_path / "copy"))


def check(folder: Path, code: int, *more: str) -> dict[str, Any]:
    """What verify says, having ended with this code."""
    run = verify(folder, *more)
    assert run.code == code, run.out + run.err
    found: dict[str, Any] = json.loads(run.out)
    jsonschema.validate(found, SCHEMA)
    assert bool(found["findings"]) == (code == 4)
    return found


def files_of(folder: Path) -> Iterator[Path]:
    """Every file of a ledger but its lock."""
    yield from sorted(path for path in (folder / "ledger").rglob("*") if path.is_file() and path.name != ".lock")


def flip(path: Path, at: float = 0.5) -> None:
    """One bit of one byte."""
    content = bytearray(path.read_bytes())
    content[min(int(len(content) * at), len(content) - 1)] ^= 1
    path.write_bytes(content)


def test_a_sealed_year_holds(year: Path) -> None:
    found = check(year, 0)

    assert [month["month"] for month in found["months"]] == list(MONTHS)
    assert found["months"][5] == {
        "month": "2025-06", "sealed_on": found["months"][5]["sealed_on"], "adjustments": 0, "rubric": "small",
        "rubric_version": "1", "agents": 2, "inputs": 1,
    }  # fmt: skip
    assert found["notes"] == []


def test_one_byte_of_every_file_at_once(shop: Path) -> None:
    files = [path for path in files_of(shop) if path.name not in ("manifest.json", "SHA256SUMS")]
    assert len(files) == 12 * 10
    for path in files:
        flip(path)

    named = {one["file"] for one in check(shop, 4)["findings"]}

    assert named == {path.relative_to(shop).as_posix() for path in files}


@pytest.mark.parametrize("at", [0, 0.3, 0.5, 0.9, 1])
def test_one_byte_of_every_manifest(shop: Path, at: float) -> None:
    for month in MONTHS:
        flip(shop / "ledger" / month / "manifest.json", at)

    findings = check(shop, 4)["findings"]

    assert [one["months"] for one in findings] == [[month] for month in MONTHS]
    assert all(one["file"] == f"ledger/{one['months'][0]}/manifest.json" for one in findings)


@pytest.mark.parametrize("at", [0, 0.5, 0.97, 1])
def test_one_byte_of_every_list_of_sums(shop: Path, at: float) -> None:
    for month in MONTHS:
        flip(shop / "ledger" / month / "SHA256SUMS", at)

    findings = check(shop, 4)["findings"]

    assert len(findings) == 12
    assert all("SHA256SUMS" in one["text"] for one in findings)


def test_one_byte_of_each_file_alone(shop: Path) -> None:
    for path in [path for path in files_of(shop) if "2025-06" in path.parts]:
        content = path.read_bytes()
        flip(path, 0.7)
        assert any(path.name in one["text"] for one in check(shop, 4, *JUNE)["findings"])
        path.write_bytes(content)
    check(shop, 0, *JUNE)


def test_a_file_more_and_a_file_less(shop: Path) -> None:
    (shop / "ledger" / "2025-06" / "teams.json").unlink()
    (shop / "ledger" / "2025-06" / "notes.txt").write_text("mine")
    (shop / "ledger" / "2025-07" / "manifest.json").unlink()
    (shop / "ledger" / "2025-08" / "SHA256SUMS").unlink()

    texts = [one["text"] for one in check(shop, 4)["findings"]]

    assert texts == [
        "ledger/2025-06/teams.json is missing",
        "ledger/2025-06/notes.txt does not belong to what was sealed",
        "ledger/2025-07/manifest.json is missing",
        "ledger/2025-08/SHA256SUMS is missing",
    ]


def test_a_month_in_the_place_of_another(shop: Path) -> None:
    shutil.rmtree(shop / "ledger" / "2025-07")
    shutil.copytree(shop / "ledger" / "2025-06", shop / "ledger" / "2025-07")

    assert "it says that it is of 2025-06" in check(shop, 4)["findings"][0]["text"]
    for asked in (("--month", "2025-07"), ("--quarter", "2025Q3")):  # nobody is paid June's scores for July
        run = run_csperf("score", *asked, cwd=shop)
        assert run.code == 4
        assert "ledger/2025-07: error: this is not where it was sealed: it says that it is of 2025-06" in run.err


def test_an_adjustment_in_the_place_of_another(shop: Path) -> None:
    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2025-06-30 10:00", 1]), "utf-8")
    seal(shop, "2025-06", "--adjust", "--reason", "late", "--approved-by", "Li")
    (first,) = (shop / "ledger" / "2025-06" / "adjustments").iterdir()
    first.rename(first.with_name(first.name.replace("1-", "2-", 1)))

    run = run_csperf("score", *JUNE, cwd=shop)

    assert run.code == 4
    assert "it says that it is adjustment 1 of 2025-06" in run.err


def test_what_lies_hidden_in_a_sealed_folder(shop: Path) -> None:
    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2025-06-30 10:00", 1]), "utf-8")
    seal(shop, "2025-06", "--adjust", "--reason", "late", "--approved-by", "Li")
    (adjustment,) = (shop / "ledger" / "2025-06" / "adjustments").iterdir()
    (adjustment / "adjustments").mkdir()
    (adjustment / "adjustments" / "notes.txt").write_text("mine")
    (shop / "ledger" / "2025-07" / "adjustments").write_text("mine")
    (shop / "ledger" / "2025-08" / "elsewhere").symlink_to(shop.parent)

    files = [Path(one["file"]).name for one in check(shop, 4)["findings"]]

    assert files == ["notes.txt", "adjustments", "elsewhere"]


@pytest.mark.parametrize(("key", "said"), [("sealed_on", "June"), ("zone", "Mars/Base")])
def test_a_manifest_that_makes_no_sense(key: str, said: str, shop: Path) -> None:
    path = shop / "ledger" / "2025-06" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: said}), "utf-8")

    assert [one["file"] for one in check(shop, 4, *JUNE)["findings"]] == ["ledger/2025-06/manifest.json"]


def test_one_row_of_an_input(shop: Path) -> None:
    path = shop / "surveys.csv"
    written = path.read_text("utf-8")
    path.write_text(
        written.replace("S2025-06-1,lina,2025-06-01 10:00,5", "S2025-06-1,lina,2025-06-01 10:00,1"), "utf-8"
    )

    findings = check(shop, 4)["findings"]

    assert [(one["kind"], one["file"], one["agent"]) for one in findings] == [
        ("input", "surveys.csv", None), ("scores", None, "A1"), ("scores", None, "早班"),
    ]  # fmt: skip
    assert findings[0]["months"] == list(MONTHS)  # one file is behind them all
    assert findings[1]["months"] == ["2025-06"]
    assert "score 100.00 → 0.00" in findings[1]["text"]
    path.write_text(written, "utf-8")
    check(shop, 0)


def test_an_input_that_is_gone(shop: Path) -> None:
    (shop / "surveys.csv").unlink()

    (finding,) = check(shop, 4)["findings"]

    assert (finding["kind"], finding["text"]) == ("input", "input surveys.csv is missing")


def test_an_input_that_grew(shop: Path) -> None:
    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2026-01-03 10:00", 1]), "utf-8")
    check(shop, 0)

    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2025-03-31 10:00", 1]), "utf-8")
    findings = check(shop, 4)["findings"]

    assert [(one["kind"], one["file"] or one["agent"], *one["months"]) for one in findings] == [
        ("input", "surveys.csv", "2025-03"), ("scores", "A2", "2025-03"), ("scores", "晚班", "2025-03"),
    ]  # fmt: skip


def test_a_weight_of_the_rubric(shop: Path) -> None:
    path = shop / "rubric.yaml"
    written = path.read_text("utf-8")
    path.write_text(written.replace("deduct: 2", "deduct: 3"), "utf-8")

    (finding,) = check(shop, 4)["findings"]

    assert finding["months"] == list(MONTHS)
    assert (finding["kind"], finding["key"]) == ("rubric", "dimensions.all.indicators.csat.score.deduct")
    assert finding["text"] == "rubric rubric.yaml: dimensions.all.indicators.csat.score.deduct: 2 → 3"
    # Under another version it is another rubric.
    path.write_text(written.replace("deduct: 2", "deduct: 3").replace('version: "1"', 'version: "2"'), "utf-8")
    check(shop, 0)
    path.write_text(written, "utf-8")
    check(shop, 0)


def test_settings_of_today_are_notes(shop: Path) -> None:
    (shop / "roster.csv").write_text(ROSTER + "A3,新人,早班,\n", "utf-8")
    (shop / "formats" / "scores.yaml").write_text(
        (shop / "formats" / "scores.yaml").read_text("utf-8").replace("[stars]", "[stars, star]"), "utf-8"
    )

    notes = check(shop, 0, "--month", "2025-06", "--month", "2025-07")["notes"]

    assert [note.split(" ")[0] for note in notes] == ["roster.csv", "formats/scores.yaml"]
    assert "2025-06 – 2025-07" in notes[0]


def test_today_s_workspace_may_be_broken(shop: Path) -> None:
    (shop / "roster.csv").write_text("what,is,this\n1,2,3\n", "utf-8")
    (shop / "rubric.yaml").unlink()
    check(shop, 0)

    (shop / "roster.csv").write_text(ROSTER, "utf-8")
    (shop / "formats" / "scores.yaml").unlink()
    check(shop, 0)


def test_what_was_adjusted_need_not_be_computable(shop: Path) -> None:
    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2025-06-30 10:00", 1]).replace("S2025-06-1", "R1"), "utf-8")
    because = ("--adjust", "--reason", "late", "--approved-by", "Li")
    assert json.loads(seal(shop, "2025-06", *because).out)["status"] == "adjusted"

    found = check(shop, 0, *JUNE)
    assert found["months"][0]["adjustments"] == 1

    # Only the last version goes by today's files; all of them must be as they were written.
    flip(shop / "ledger" / "2025-06" / "scores.parquet")
    assert [one["file"] for one in check(shop, 4, *JUNE)["findings"]] == ["ledger/2025-06/scores.parquet"]
    flip(shop / "ledger" / "2025-06" / "scores.parquet")
    (second,) = (shop / "ledger" / "2025-06" / "adjustments").iterdir()
    second.rename(second.with_name(second.name.replace("1-", "2-", 1)))
    assert any("adjustments/1-… is missing" in one["text"] for one in check(shop, 4, *JUNE)["findings"])


def test_an_adjustment_says_what_it_corrects(shop: Path, year: Path) -> None:
    (shop / "surveys.csv").write_text(surveys(["N1", "A2", "2025-06-30 10:00", 1]), "utf-8")
    seal(shop, "2025-06", "--adjust", "--reason", "late", "--approved-by", "Li")
    month = shop / "ledger" / "2025-06"
    manifest = (month / "manifest.json").read_text("utf-8")
    (month / "manifest.json").write_text(manifest.replace('"sealed_on": "2', '"sealed_on": "1'), "utf-8")

    texts = [one["text"] for one in check(shop, 4, *JUNE)["findings"]]

    assert any("is not the one that ledger/2025-06/adjustments/1-" in text for text in texts)


def test_files_with_signs_of_patterns_in_their_names(tmp_path: Path) -> None:
    folder = write_year(tmp_path / "shop")
    (folder / "surveys.csv").rename(folder / "surveys[1].csv")
    settings = (folder / "csperf.yaml").read_text("utf-8").replace("surveys.csv", '"surveys*.csv"')
    (folder / "csperf.yaml").write_text(settings, "utf-8")
    assert seal(folder, "2025-06").code == 0

    check(folder, 0)
    # A new file that the pattern fits is none of the sealed ones.
    (folder / "surveys2.csv").write_text(surveys().replace("2025-06", "2024-06"), "utf-8")
    check(folder, 0)
