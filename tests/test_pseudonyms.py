"""Pseudonyms hold for a key, and a ranking under them says nothing that tells who somebody is."""

from __future__ import annotations

import hmac
import io
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path
from string import Formatter

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf import pseudonyms
from csperf.pipeline import find_schema
from csperf.problems import ProblemsFound
from csperf.pseudonyms import PERSONAL_PARTS, name_agents, read_key, without_people
from csperf.render.words import WORDS
from csperf.scoring.cards import words
from small_shop import SAMPLE, Run, csv_text, run_csperf, write_workspace

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
FORMATS = ["table", "json", "ndjson", "csv", "md", "xlsx"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The sample shop, in a folder that a key can be written to."""
    return shutil.copytree(SAMPLE, tmp_path / "shop", ignore=shutil.ignore_patterns("year", "ledger"))


def text_of(run: Run, folder: Path) -> str:
    """All that a command printed or wrote, a workbook unpacked."""
    parts = [run.out, run.err]
    for path in sorted(folder.glob("out.*")):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                content = b"\n".join(book.read(name) for name in book.namelist())
        parts.append(content.decode("utf-8"))
        path.unlink()
    return "\n".join(parts)


# ── pseudonyms ────────────────────────────────────────────────────────────────────────────────────


@given(st.sets(st.text(min_size=1), max_size=30), st.binary(min_size=32, max_size=32))
def test_each_agent_has_one_of_their_own_whoever_else_is_there(agents: set[str], key: bytes) -> None:
    found = name_agents(agents, key)

    assert len(set(found.values())) == len(agents)
    assert all(found[agent] == name_agents([agent], key)[agent] for agent in agents)
    assert all(
        len(name) == 9 and name[4] == "-" and set(name) <= {*pseudonyms._LETTERS, "-"} for name in found.values()
    )


def test_another_key_gives_other_pseudonyms() -> None:
    agents = [f"A{number:03}" for number in range(50)]

    assert not set(name_agents(agents, KEY).values()) & set(name_agents(agents, OTHER_KEY).values())


def test_a_pseudonym_is_the_keyed_hash_of_the_id() -> None:
    rest = int.from_bytes(hmac.new(KEY, b"A003", "sha256").digest())
    letters = "".join("BCDFGHJKLMNPQRSTVWXZ"[rest // 20**place % 20] for place in range(8))

    assert name_agents(["A003"], KEY) == {"A003": f"{letters[:4]}-{letters[4:]}"}


def test_those_that_would_share_one_get_longer_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    spelt = {"a": "BBBBBBBBBBBB", "b": "BBBBBBBBBCCC", "c": "CCCCCCCCCCCC"}
    monkeypatch.setattr(hmac, "digest", lambda key, message, name: message)
    monkeypatch.setattr(pseudonyms, "_spell", lambda digest: spelt[digest.decode()])

    assert name_agents("abc", KEY) == {"a": "BBBB-BBBB-BB", "b": "BBBB-BBBB-BC", "c": "CCCC-CCCC"}
    assert name_agents("cba", KEY) == name_agents("abc", KEY)


# ── the key ───────────────────────────────────────────────────────────────────────────────────────


def test_the_key_is_made_once_for_its_owner_alone(shop: Path) -> None:
    first = run_csperf("score", "--month", "2025-06", "--anonymous", "--format", "csv", cwd=shop)
    path = shop / "anonymous.key"
    content = path.read_bytes()
    second = run_csperf("score", "--month", "2025-06", "--anonymous", "--format", "csv", cwd=shop)

    assert "anonymous.key" in first.err
    assert "Keep it private" in first.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_key(path)) == 32
    assert "anonymous.key" not in second.err
    assert path.read_bytes() == content
    assert first.out == second.out


@pytest.mark.parametrize("content", [b"", b"\n", b"ab" * 31, b"g" * 64, "密钥".encode() * 40, b"\xff" * 64])
def test_what_is_no_key_is_a_problem(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anonymous.key"
    path.write_bytes(content)

    with pytest.raises(ProblemsFound) as caught:
        read_key(path)

    assert [problem.code for problem in caught.value.problems] == ["key-invalid"]
    assert path.read_bytes() == content


def test_a_key_that_could_not_be_written_is_not_left_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        pseudonyms._make_key(tmp_path / "anonymous.key")

    assert list(tmp_path.iterdir()) == []


def test_the_bundled_sample_writes_no_key(tmp_path: Path) -> None:
    run = run_csperf("score", "--month", "2025-06", "--anonymous", "--format", "csv", "-q", cwd=tmp_path)

    assert run.code == 0
    assert run.err == ""
    assert not (SAMPLE / "anonymous.key").exists()


# ── what is said ──────────────────────────────────────────────────────────────────────────────────


def sample_people() -> list[str]:
    """Every id, name and alias of the sample's roster, mail addresses among them."""
    lines = (SAMPLE / "roster.csv").read_text("utf-8-sig").splitlines()
    cells = [line.split(",") for line in lines[1:]]
    return [word for row in cells for word in (row[0], row[1], *row[-1].split(";"))]


@pytest.mark.parametrize("flags", [[], ["--lang", "zh-CN"], ["--rubric", "ecommerce-30-40-20-10"]], ids=" ".join)
@pytest.mark.parametrize("format", FORMATS)
def test_nobody_of_the_sample_is_named(shop: Path, format: str, flags: list[str]) -> None:
    arguments = ["score", "--month", "2025-06", "--anonymous", "--format", format, *flags]
    run = run_csperf(*arguments, "-o", shop / f"out.{format}", cwd=shop)

    said = text_of(run, shop)

    assert run.code == 0
    assert [word for word in [*sample_people(), "一组", "二组", "组长", "exports/", ".csv.gz"] if word in said] == []


def test_teams_roles_and_presence_are_no_columns(shop: Path) -> None:
    run = run_csperf("score", "--month", "2025-06", "--anonymous", "--format", "json", cwd=shop)

    agents = json.loads(run.out)["agents"]
    jsonschema.validate(json.loads(run.out), find_schema("score"))

    assert {(one["name"], one["team"], one["presence"], one["variant"]) for one in agents} == {(None,) * 4}
    assert [source["files"] for source in json.loads(run.out)["sources"]] == [[]] * len(json.loads(run.out)["sources"])


def test_figures_are_those_of_the_open_ranking(shop: Path) -> None:
    def figures(*flags: str) -> list[tuple[object, ...]]:
        run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", *flags, cwd=shop)
        agents = json.loads(run.out)["agents"]
        return sorted(
            (str(one["rank"]), str(one["score"]), str(one["grade"]), str(one["dimensions"]), str(one["indicators"]))
            for one in agents
            if one["score"] is not None
        )

    assert figures("--anonymous") == figures()


def test_order_tells_nothing_but_rank(shop: Path) -> None:
    (shop / "anonymous.key").write_text(KEY.hex(), encoding="ascii")
    run = run_csperf("score", "--month", "2025-06", "--anonymous", "--format", "json", cwd=shop)

    order = [(one["rank"] is None, one["rank"] or 0, one["agent_id"]) for one in json.loads(run.out)["agents"]]

    assert order == sorted(order)
    assert [rank for _, rank, _ in order].count(0) == 1  # here for too short a time; who has no score is left out


def test_one_key_knows_an_agent_again_next_month_and_another_does_not(shop: Path) -> None:
    def names(month: str, key: bytes) -> list[str]:
        (shop / "anonymous.key").write_text(key.hex(), encoding="ascii")
        run = run_csperf("score", "--month", month, "--anonymous", "--format", "json", "-q", cwd=shop)
        return [one["agent_id"] for one in json.loads(run.out)["agents"]]

    here = [f"A{number:03}" for number in range(1, 12)]  # A012 has no score yet
    june, may = names("2025-06", KEY), names("2025-05", KEY)
    assert set(name_agents(here, KEY).values()) <= set(june)
    assert len(set(june) & set(may)) >= 11
    assert not set(june) & set(names("2025-06", OTHER_KEY))


def test_flags_that_tell_who_somebody_is_are_wrong_usage(shop: Path) -> None:
    for flags in (["--agent", "A001"], ["--team", "售后一组"], ["--role", "客服"], ["--by", "team"], ["-v"],
                  ["--rejects", "r.csv"]):  # fmt: skip
        run = run_csperf("score", "--month", "2025-06", "--anonymous", *flags, cwd=shop)
        assert run.code == 2, flags
        assert "does not go with --anonymous" in run.err
    assert not (shop / "anonymous.key").exists()


def test_strict_still_refuses_without_naming_anybody(shop: Path) -> None:
    run = run_csperf("score", "--month", "2025-06", "--anonymous", "--strict", cwd=shop)

    assert run.code == 1
    assert run.out == ""
    assert [word for word in sample_people() if word in run.err] == []


NAMES = st.lists(
    st.tuples(
        st.text(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=3, max_size=4),
        st.from_regex(r"[q-z]{5,8}@shop\.example", fullmatch=True),
    ),
    min_size=2, max_size=5, unique_by=(lambda pair: pair[0], lambda pair: pair[1]),
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(people=NAMES, format=st.sampled_from(FORMATS), stranger=st.booleans())
def test_nobody_of_any_shop_is_named(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, str]], format: str, stranger: bool
) -> None:
    roster = [[f"ID-{n:05}", name, f"Team{name}", f"Role{name}", mail] for n, (name, mail) in enumerate(people)]
    answers = [[f"S{n}", mail, "2025-06-03 10:00", 5 - n % 5] for n, (_, mail) in enumerate(people)]
    if stranger:
        answers.append(["S99", f"{people[0][0]}二", "2025-06-03 10:00", 4])
        answers.append(["S98", people[0][1], "2025-06-03 10:00", people[1][0]])
    folder = write_workspace(
        tmp_path_factory.mktemp("shop"),
        {
            "surveys": csv_text(["survey_id", "agent_id", "responded_at", "rating"], answers),
            "roster": csv_text(["agent_id", "name", "team", "role", "aliases"], roster),
        },
    )
    asked = ["score", "--month", "2025-06", "--anonymous", "--format", format]
    run = run_csperf(*asked, "-o", folder / f"out.{format}", cwd=folder)

    said = text_of(run, folder)

    assert run.code == 0, run.err
    assert [cell for row in roster for cell in row if cell in said] == []


EXEMPTIONS = """\
- {agent: ID-00001, indicator: csat, surveys: [S2], reason: 王小红代答, requested_by: 王小红, approved_by: 周主管,
   until: 2030-12-31}
- {agent: ID-00002, indicator: csat, points: 4, period: 2025-06, reason: 王小红调班, requested_by: 陆小明,
   approved_by: 周主管, until: 2030-12-31}
- {agent: ID-00002, indicator: csat, surveys: [S3], reason: 王小红漏报, requested_by: 陆小明, until: 2030-12-31}
"""
WRITTEN = ["王小红", "陆小明", "周主管", "ID-0", "代答", "调班", "漏报", "补报"]


@pytest.mark.parametrize("period", [["--month", "2025-06"], ["--quarter", "2025Q2"]], ids=" ".join)
@pytest.mark.parametrize("format", FORMATS)
def test_exemptions_and_adjustments_name_nobody(tmp_path: Path, format: str, period: list[str]) -> None:
    answers = [
        ["S1", "ID-00001", "2025-06-03 10:00", 5], ["S2", "ID-00001", "2025-06-04 10:00", 2],
        ["S3", "ID-00002", "2025-06-05 10:00", 4], ["S4", "ID-00002", "2025-06-06 10:00", 1],
    ]  # fmt: skip
    columns = ["survey_id", "agent_id", "responded_at", "rating"]
    folder = write_workspace(
        tmp_path / "shop",
        {
            "surveys": csv_text(columns, answers),
            "roster": csv_text(["agent_id", "name"], [["ID-00001", "王小红"], ["ID-00002", "陆小明"]]),
        },
    )
    (folder / "exemptions.yaml").write_text(EXEMPTIONS, encoding="utf-8")
    assert run_csperf("seal", "--month", "2025-06", cwd=folder).code == 0
    (folder / "surveys.csv").write_text(
        csv_text(columns, [*answers, ["S5", "ID-00002", "2025-06-07 10:00", 5]]), encoding="utf-8"
    )
    why = ["--reason", "王小红补报", "--approved-by", "周主管"]
    assert run_csperf("seal", "--month", "2025-06", "--adjust", *why, cwd=folder).code == 0
    assert "王小红" in run_csperf("score", *period, "--format", "md", cwd=folder).out

    asked = ["score", *period, "--anonymous", "--format", format]
    run = run_csperf(*asked, "-o", folder / f"out.{format}", cwd=folder)

    assert run.code == 0, run.err
    said = text_of(run, folder)
    assert [word for word in WRITTEN if word in said] == []


def test_what_names_people_is_told_by_its_parts() -> None:
    fine = words("rows-of-nobody", source="surveys", rows=3)

    assert without_people([words("agents-without-team", agents="A001"), fine]) == (fine,)


IMPERSONAL_PARTS = {
    "ability", "above", "after", "amount", "as_of", "at", "attained", "band", "bands", "base", "before",
    "before_of", "begin", "below", "bound", "by", "calendar", "cap", "cards", "change", "changed", "changes",
    "colleagues", "column", "columns", "command", "condition", "count", "coverage", "currency", "date", "dated",
    "days", "days_left", "deduct", "denominator", "dimension", "distinct", "duplicates", "earned", "encoding",
    "end", "equal", "event", "examples", "expected", "file", "final", "findings", "first", "floor", "folder",
    "format", "formula", "full", "gaining", "given", "grade", "grades", "head", "header", "high", "high_share",
    "ids", "in_period", "indicator", "indicators", "inputs", "key", "keys", "last", "least", "length", "level",
    "losing", "lost", "low", "low_share", "max", "max_points", "mean", "measure", "measures", "members", "month",
    "months", "most", "name", "needed", "now", "now_of", "number", "numerator", "of", "off", "offer", "other",
    "others", "outcome", "outside_period", "over", "own", "part", "per", "percent", "period", "periods", "points",
    "policy", "presence", "question", "quotient", "rank", "ranked", "ranks", "raw", "reasons", "rejected", "rest",
    "results", "reward", "rho", "roles", "row", "rows", "rubric", "rubrics", "sample_size", "score", "scored",
    "sealed", "season", "separator", "share", "shared", "side", "since", "size", "slice", "source", "standing",
    "steps", "table", "target", "targets", "team_value", "text", "then", "tiers", "title", "to", "total", "until",
    "utc",
    "value", "variant", "version", "weak", "weight", "weights", "what", "where", "whole", "worse", "year",
    "zero_if", "zone",
}  # fmt: skip
"""Parts of sentences that never hold a name or an id of a person."""


def test_every_part_of_a_sentence_is_known_to_name_people_or_not() -> None:
    """A part with a new name has to be judged first: those of PERSONAL_PARTS are left out where nobody is named."""
    parts = {
        name for texts in WORDS.values() for text in texts.values() for _, name, _, _ in Formatter().parse(text) if name
    }
    assert parts - PERSONAL_PARTS == IMPERSONAL_PARTS
