"""`csperf seal`: sealed once, refused when something differs, adjusted beside what was kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
import yaml

from csperf.ledger.reading import load_sealed_scheme, read_month
from csperf.render import FORMATS, render_score
from sealed_shop import EXEMPTION, seal, surveys, verify, write_year
from small_shop import SAMPLE, run_csperf

SCHEMA = json.loads((Path(__file__).parents[2] / "src/csperf/render/seal.schema.json").read_text("utf-8"))
BECAUSE = ("--adjust", "--reason", "a late survey", "--approved-by", "王经理")
LATE = ["N1", "A2", "2025-06-30 10:00", 1]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with nothing sealed."""
    return write_year(tmp_path / "shop")


def sealed(folder: Path, *more: str) -> dict[str, Any]:
    """What sealing June says."""
    run = seal(folder, "2025-06", *more)
    assert run.code == 0, run.err
    found: dict[str, Any] = json.loads(run.out)
    jsonschema.validate(found, SCHEMA)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the ledger."""
    return {path.as_posix(): path.read_bytes() for path in (folder / "ledger").rglob("*") if path.is_file()}


def test_sealing_again_changes_nothing(shop: Path) -> None:
    assert sealed(shop)["status"] == "sealed"
    before = contents(shop)

    again = sealed(shop)

    assert (again["status"], again["folder"]) == ("unchanged", "ledger/2025-06")
    assert contents(shop) == before


def test_same_input_same_bytes(shop: Path, tmp_path: Path) -> None:
    other = write_year(tmp_path / "elsewhere" / "shop")
    sealed(shop)
    sealed(other)

    ours, theirs = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in (folder / "ledger").rglob("*.*")
         if path.is_file()}
        for folder in (shop, other)
    )  # fmt: skip
    assert ours == theirs


def test_holds_all_that_it_was_made_of(shop: Path) -> None:
    (shop / "exemptions.yaml").write_text(EXEMPTION, "utf-8")
    sealed(shop)

    month = shop / "ledger" / "2025-06"
    manifest = json.loads((month / "manifest.json").read_bytes())
    assert sorted(path.relative_to(month).as_posix() for path in month.rglob("*") if path.is_file()) == [
        "SHA256SUMS", "calendar.yaml", "csperf.yaml", "exemptions.yaml", "formats/scores.yaml", "manifest.json",
        "measurements.parquet", "measures.yaml", "roster.csv", "rubric.yaml", "scorecards.json", "scores.parquet",
        "teams.json",
    ]  # fmt: skip
    assert manifest["rubric_version"] == "1"
    assert manifest["sources"][0]["files"][0]["path"] == "surveys.csv"
    assert manifest["rows"] == [
        {"name": "surveys", "files": [], "rows": 36, "in_period": 3, "outside_period": 33, "rejected": 0,
         "duplicates": 0}
    ]  # fmt: skip
    assert str(shop) not in (month / "manifest.json").read_text("utf-8")
    assert list(yaml.safe_load((month / "measures.yaml").read_text("utf-8"))) == ["csat"]


@pytest.mark.skipif(sys.platform == "win32", reason="sha256sum is a tool of Unix")
def test_the_sums_are_what_sha256sum_takes(shop: Path) -> None:
    sealed(shop)

    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=shop / "ledger/2025-06", check=True
    )


def test_other_tools_read_the_parquet_files(shop: Path) -> None:
    sealed(shop)
    month = shop / "ledger" / "2025-06"

    query = f"select agent_id, points, grade from '{month}/scores.parquet' where level = 'total' order by all"
    assert [(who, str(points), grade) for who, points, grade in duckdb.execute(query).fetchall()] == [
        ("A1", "100.00", "good"), ("A2", "100.00", "good"), ("早班", "100.00", "good"), ("晚班", "100.00", "good"),
    ]  # fmt: skip
    query = f"""select scope, agent_id, numerator, denominator, value, value_number
        from '{month}/measurements.parquet' where measure = 'csat' order by all"""
    rows = duckdb.execute(query).fetchall()
    assert {scope for scope, *_ in rows} == {"agent", "team"}
    assert ("agent", "A2", "2", "2", "1", 1.0) in rows


@pytest.mark.parametrize("rubric", ["aftersales-60-20-20", "ecommerce-30-40-20-10", "taobao-aftersales"])
def test_what_was_sealed_is_shown_as_it_was(rubric: str, tmp_path: Path) -> None:
    settings = (SAMPLE / "csperf.yaml").read_text("utf-8").replace("aftersales-60-20-20", rubric)
    settings = settings.replace(": exports/", f": {SAMPLE}/exports/").replace('"exports/', f'"{SAMPLE}/exports/')
    settings = settings.replace("formats/", f"{SAMPLE}/formats/").replace("roster.csv", f"{SAMPLE}/roster.csv")
    (tmp_path / "csperf.yaml").write_text(settings, "utf-8")
    shown = run_csperf("score", "--month", "2025-05", "--format", "md", "--lang", "zh-CN", "-q", cwd=tmp_path)
    assert seal(tmp_path, "2025-05").code == 0

    record = read_month(tmp_path / "ledger", "2025-05")

    assert record is not None
    assert render_score(record.agents.table, "md", "zh-CN") == shown.out
    assert all(render_score(record.agents.table, format, "en") for format in FORMATS)
    assert record.scheme.rubric.name == rubric
    assert {who for who, _ in record.agents.measurements} >= {card.agent.agent_id for card in record.agents.table.cards}
    assert verify(tmp_path).code == 0


def test_the_sealed_rubric_is_whole(shop: Path) -> None:
    (shop / "rubrics").mkdir()
    (shop / "rubrics" / "ours.yaml").write_text(
        "name: ours\nversion: '2'\ntitle: Ours\nextends: aftersales-60-20-20\ndimensions:\n  performance:\n"
        "    indicators:\n      csat: {weight: 40}\n      timely_resolution: {weight: 12.50}\n"
        "      complaint_success: {weight: 7.5}\n",
        "utf-8",
    )  # fmt: skip
    sealed(shop, "--rubric", "ours")

    scheme = load_sealed_scheme(shop / "ledger" / "2025-06")

    assert scheme.rubric.extends is None
    weights = {name: str(indicator.weight) for _, name, indicator in scheme.rubric.indicators()}
    assert (weights["csat"], weights["timely_resolution"], weights["complaint_success"]) == ("40", "12.50", "7.5")
    assert "exam_score" in weights
    # The ledger stands on its own: without the rubric, and without what it extends.
    (shop / "rubrics" / "ours.yaml").unlink()
    assert verify(shop).code == 0


def test_what_differs_is_refused_and_listed(shop: Path) -> None:
    sealed(shop)
    before = contents(shop)
    (shop / "surveys.csv").write_text(surveys(LATE), "utf-8")
    rubric = (shop / "rubric.yaml").read_text("utf-8")
    (shop / "rubric.yaml").write_text(rubric.replace("deduct: 2", "deduct: 1"), "utf-8")

    run = seal(shop, "2025-06")

    assert run.code == 1
    assert run.err.count("[ledger-differs]") == 4
    assert "input surveys.csv has more in it than when it was read" in run.err
    assert "dimensions.all.indicators.csat.score.deduct: 2 → 1" in run.err
    assert "A2 comes to something else: score 100.00 → 77.00" in run.err
    assert "晚班" in run.err
    assert "A1" not in run.err
    assert contents(shop) == before


def test_a_new_file_that_says_nothing_of_the_month_is_no_difference(shop: Path) -> None:
    settings = (shop / "csperf.yaml").read_text("utf-8").replace("surveys.csv", '"surveys*.csv"')
    (shop / "csperf.yaml").write_text(settings, "utf-8")
    sealed(shop)
    (shop / "surveys-2026.csv").write_text(surveys().replace("2025-", "2026-"), "utf-8")

    assert sealed(shop)["status"] == "unchanged"

    (shop / "surveys-late.csv").write_text(surveys(LATE).replace("S", "L"), "utf-8")
    run = seal(shop, "2025-06")
    assert run.code == 1
    assert "input surveys-late.csv was not there when the month was sealed" in run.err


def test_who_changes_teams_later_changes_nothing(shop: Path) -> None:
    sealed(shop)
    roster = (shop / "roster.csv").read_text("utf-8")
    (shop / "roster.csv").write_text(roster.replace("王强,晚班", "王强,早班"), "utf-8")

    assert sealed(shop)["status"] == "unchanged"


def test_a_later_version_of_the_rubric_does_not_judge_a_sealed_month(shop: Path) -> None:
    sealed(shop)
    rubric = (shop / "rubric.yaml").read_text("utf-8")
    newer = rubric.replace('version: "1"', 'version: "2"').replace("deduct: 2", "deduct: 1")
    (shop / "rubric.yaml").write_text(newer, "utf-8")
    assert sealed(shop)["status"] == "unchanged"
    assert verify(shop).code == 0

    (shop / "surveys.csv").write_text(surveys(LATE), "utf-8")
    found = sealed(shop, *BECAUSE)

    (difference,) = found["differences"]
    assert (difference["agent_id"], difference["difference"]) == ("A2", -46.0)  # 23 % short at 2 points each
    assert (found["rubric"]["name"], found["rubric"]["version"]) == ("small", "1")
    assert verify(shop).code == 0
    # Whoever wants it otherwise says so.
    assert sealed(shop, *BECAUSE, "--rubric", "rubric.yaml")["rubric"]["version"] == "2"


def test_scores_that_were_altered_are_not_shown(shop: Path) -> None:
    sealed(shop)
    path = shop / "ledger" / "2025-06" / "scorecards.json"
    path.write_text(path.read_text("utf-8").replace("王强", "王伟"), "utf-8")

    for command in (["score"], ["explain", "A2"], ["outcomes"], ["coach", "A2"], ["trend", "--months", "1"]):
        run = run_csperf(*command, "--month", "2025-06", cwd=shop)
        assert run.code == 4, command
        assert "scorecards.json: error: this sealed file is not used: it was altered after it was sealed" in run.err


def test_an_adjustment_stands_beside_what_was_sealed(shop: Path) -> None:
    sealed(shop)
    before = contents(shop)
    (shop / "surveys.csv").write_text(surveys(LATE), "utf-8")

    found = sealed(shop, *BECAUSE)

    assert found["status"] == "adjusted"
    (difference,) = found["differences"]
    assert (difference["agent_id"], difference["difference"]) == ("A2", -46.0)
    assert before.items() <= contents(shop).items()
    record = read_month(shop / "ledger", "2025-06")
    assert record is not None
    (adjustment,) = record.adjustments
    assert (adjustment.number, adjustment.reason, adjustment.approved_by) == (1, "a late survey", "王经理")
    assert [str(card.score) for card in record.first.table.cards] == ["100.00", "100.00"]
    assert [str(card.score) for card in record.agents.table.cards] == ["100.00", "54.00"]
    # Today's files come to the adjustment now, which is the record that counts.
    assert sealed(shop)["status"] == "unchanged"
    assert sealed(shop, *BECAUSE)["status"] == "unchanged"
    assert verify(shop).code == 0
    table = next((shop / "ledger/2025-06/adjustments").glob("1-*/differences.csv")).read_text("utf-8")
    assert "A2,王强,晚班,100.00,54.00,-46.00" in table


def test_an_exemption_after_sealing_is_an_adjustment(shop: Path) -> None:
    assert seal(shop, "2025-05").code == 0
    (shop / "exemptions.yaml").write_text(EXEMPTION, "utf-8")
    refused = seal(shop, "2025-05")
    assert (refused.code, "A2 comes to something else" in refused.err) == (1, True)

    found = json.loads(seal(shop, "2025-05", *BECAUSE).out)

    assert [one["agent_id"] for one in found["differences"]] == ["A2"]
    # What was exempted is kept with the month: verifying needs no file of today.
    (shop / "exemptions.yaml").unlink()
    assert verify(shop).code == 0


def test_an_adjustment_of_an_adjustment(shop: Path) -> None:
    sealed(shop)
    (shop / "surveys.csv").write_text(surveys(LATE), "utf-8")
    sealed(shop, *BECAUSE)
    (shop / "surveys.csv").write_text(surveys(), "utf-8")

    found = sealed(shop, *BECAUSE)

    assert "adjustments/2-" in found["folder"]
    assert found["differences"][0]["difference"] == 46.0
    assert verify(shop).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--adjust",), "--reason"),
        (("--adjust", "--reason", " ", "--approved-by", "Li"), "--reason"),
        (("--adjust", "--reason", "late"), "--approved-by"),
        (("--reason", "late"), "--adjust only"),
    ],
)
def test_an_adjustment_says_why_and_who(arguments: tuple[str, ...], said: str, shop: Path) -> None:
    run = seal(shop, "2025-06", *arguments)

    assert run.code == 2
    assert said in run.err
    assert not (shop / "ledger").exists()


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", ["80", "140"])
def test_tables_fit(lang: str, width: str, shop: Path) -> None:
    def lines(*arguments: str) -> list[str]:
        run = run_csperf(
            *arguments,
            "--lang",
            lang,
            "--format",
            "table",
            "-q",
            cwd=shop,
            env={"COLUMNS": width, "NO_COLOR": "1"},
            terminal=True,
        )
        assert run.code in (0, 4)
        return run.out.splitlines()

    first = lines("seal", "--month", "2025-06")
    assert first[0] == {"en": "2025-06 is sealed: ledger/2025-06", "zh-CN": "2025-06 已封存：ledger/2025-06"}[lang]
    (shop / "surveys.csv").write_text(surveys(LATE), "utf-8")
    adjusted = lines("seal", "--month", "2025-06", *BECAUSE)
    assert any("−46.00" in line and "王强" in line for line in adjusted)
    (shop / "surveys.csv").write_text(surveys(), "utf-8")
    checked = lines("verify")
    for line in (*first, *adjusted, *checked):
        assert sum(2 if "\u2e80" <= char <= "\uffef" else 1 for char in line) <= int(width), line


def test_a_ledger_that_cannot_be_written(shop: Path) -> None:
    (shop / "ledger").write_text("a file in its place", "utf-8")

    run = seal(shop, "2025-06")

    assert run.code == 1
    assert "[file-error]" in run.err
    (shop / "ledger").unlink()
    assert sealed(shop)["status"] == "sealed"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_ledger_that_may_not_be_written(shop: Path) -> None:
    (shop / "ledger").mkdir(mode=0o555)

    run = seal(shop, "2025-06")

    assert (run.code, "[file-error]" in run.err) == (1, True)
    (shop / "ledger").chmod(0o755)
    assert sealed(shop)["status"] == "sealed"


KILLED = """
import os, sys
import csperf.ledger.folder as folder
from csperf.cli import main

real, left = os.fsync, int(sys.argv[1])

def fsync(handle):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)
    real(handle)

folder.os.fsync = fsync
sys.exit(main(["seal", "--month", "2025-06", "-q"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("call", [1, 14])
def test_a_killed_run_leaves_nothing_and_the_next_one_completes(call: int, shop: Path) -> None:
    run = subprocess.run([sys.executable, "-c", KILLED, str(call)], cwd=shop, capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL

    assert run_csperf("verify", cwd=shop).err.count("[ledger-empty]") == 1
    assert sealed(shop)["status"] == "sealed"
    assert not (shop / "ledger" / ".writing").exists()
    assert verify(shop).code == 0


def test_several_at_once(shop: Path) -> None:
    code = "import sys; from csperf.cli import main; sys.exit(main(['seal', '--month', '2025-06', '-q']))"
    runs = [
        subprocess.Popen([sys.executable, "-c", code], cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    done = [(*run.communicate(), run.returncode) for run in runs]

    statuses = [json.loads(out)["status"] for out, _, code in done if code == 0]
    assert statuses.count("sealed") == 1
    assert set(statuses) <= {"sealed", "unchanged"}
    assert all(b"[ledger-locked]" in err for _, err, code in done if code != 0)
    assert verify(shop).code == 0
