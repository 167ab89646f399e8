"""A rubric over another: what is merged, what is taken out, and which file a mistake is shown in."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from rubric_sample import CONFIGS, marked, place

from csperf.engines.polars_sql import check_sql
from csperf.problems import Problem, ProblemsFound
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.extend import read_extended
from csperf.rubric.load import LoadedRubric, load_rubric
from csperf.yaml_source import read_yaml

BASE = """\
name: base
version: "3"
title: {zh-CN: 基础, en: Base}
source: seed 000
description: Of the base.
dimensions:
  quality:
    title: {zh-CN: 质量, en: Quality}
    weight: 60
    indicators:
      csat: {weight: 40, target: ">= 90%", score: {deduct: 2, per: 1%, step: completed}, missing: full}
      complaint_count: {weight: 20, target: "<= 0", score: {deduct: 5, per: 1}}
  speed:
    weight: 40
    indicators:
      own: {weight: 40, target: "<= 30s", score: {attain: {}}}
seasons:
  peak: {title: Peak, months: ["*-11"], weights: {quality: 55, speed: 45}}
awards:
  star: {when: {rank: "<= 1"}}
grades:
  - {name: good, min: 80}
  - {name: fair, min: 0}
measures:
  own: {title: t, definition: d, source: s, from: tickets, mean: first_reply_seconds, unit: s, better: lower}
"""


def load(folder: Path, **files: str) -> LoadedRubric:
    """Load `ours` with the other files beside it; the base is there and known by name."""
    for name, text in {"base": BASE, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    known = {"known-base": folder / "base.yaml"}
    catalogue = load_catalogue([CONFIGS / "measures.yaml"])
    return load_rubric(folder / "ours.yaml", catalogue, check_sql, "ours.yaml", known)


def find(folder: Path, **files: str) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsFound) as found:
        load(folder, **files)
    return found.value.problems


def said(rubric: Any) -> dict[str, Any]:
    """A rubric as plain data, without what it is called."""
    data: dict[str, Any] = rubric.model_dump(exclude={"name", "version", "extends"})
    return data


def head(extends: str = "base.yaml", name: str = "ours") -> str:
    return f'name: {name}\nversion: "1"\nextends: {extends}\n'


@pytest.mark.parametrize("extends", ["base.yaml", "known-base", "./base.yaml"])
def test_without_a_change_it_says_what_its_base_says(extends: str, tmp_path: Path) -> None:
    loaded = load(tmp_path, ours=head(extends))
    base = load(tmp_path, ours=BASE)
    assert (loaded.rubric.name, loaded.rubric.version) == ("ours", "1")
    assert said(loaded.rubric) == said(base.rubric)
    assert loaded.measures == base.measures
    assert set(loaded.origins.values()) == {"base"}


def test_what_is_said_here_goes_before_the_base(tmp_path: Path) -> None:
    ours = head() + (
        "title: Ours\n"
        "dimensions:\n"
        "  quality:\n"
        "    indicators:\n"
        '      csat: {weight: 30, target: ">= 92%"}\n'
        "      complaint_count:\n"
        '      escalation_rate: {weight: 30, target: "<= 5%", score: {deduct: 1, per: 1%, step: started}}\n'
        "seasons: {peak: {weights: {quality: 52, speed: 48}}}\n"
        "awards: {star: ~}\n"
        "description:\n"
        "grades: [{name: all, min: 0}]\n"
    )
    rubric = load(tmp_path, ours=ours).rubric
    quality = rubric.dimensions["quality"]
    assert list(quality.indicators) == ["csat", "escalation_rate"]
    csat = quality.indicators["csat"]
    assert [str(csat.weight), str(csat.target), csat.missing] == ["30", ">= 92%", "full"]
    assert [str(quality.weight), quality.title] == ["60", {"zh-CN": "质量", "en": "Quality"}]
    peak = rubric.seasons["peak"]
    assert peak.months == ["*-11"]
    assert {name: str(weight) for name, weight in peak.weights.items()} == {"quality": "52", "speed": "48"}
    assert (rubric.awards, rubric.description, rubric.title, rubric.source) == ({}, None, "Ours", "seed 000")
    assert [grade.name for grade in rubric.grades] == ["all"]


def test_a_rule_replaces_the_rule_of_the_base_as_a_whole(tmp_path: Path) -> None:
    ours = head() + "dimensions: {quality: {indicators: {csat: {score: {curve: {80%: 0, 95%: 100}}}}}}\n"
    csat = load(tmp_path, ours=ours).rubric.dimensions["quality"].indicators["csat"]
    assert csat.model_dump(mode="json")["score"] == {"curve": {"80%": "0", "95%": "100"}}


def test_each_value_tells_where_it_stands(tmp_path: Path) -> None:
    middle = head("known-base", "middle") + "dimensions: {quality: {indicators: {csat: {missing: zero}}}}\n"
    ours = head("middle.yaml") + 'dimensions: {quality: {indicators: {csat: {target: ">= 92%"}}}}\n'
    loaded = load(tmp_path, ours=ours, middle=middle)
    csat = ("dimensions", "quality", "indicators", "csat")
    assert {path[-1]: name for path, name in loaded.origins.items() if path[:-1] == csat} == {
        "weight": "base", "target": "ours", "score": "base", "missing": "middle",
    }  # fmt: skip
    assert loaded.origins["grades",] == "base"
    assert not {("name",), ("version",), ("extends",)} & set(loaded.origins)


def test_a_rubric_without_base_has_no_origins(tmp_path: Path) -> None:
    loaded = load(tmp_path, ours=BASE)
    assert loaded.origins == {}
    assert loaded.sha256 == hashlib.sha256(BASE.encode()).hexdigest()


def test_a_change_of_any_file_of_the_chain_changes_the_hash(tmp_path: Path) -> None:
    files = {"ours": head("middle.yaml"), "middle": head("base.yaml", "middle"), "base": BASE}
    hashes = {load(tmp_path, **files).sha256}
    for name in files:
        hashes.add(load(tmp_path, **files | {name: files[name] + "# a word\n"}).sha256)
    assert len(hashes) == 4
    assert load(tmp_path, **files).sha256 in hashes


def test_a_problem_is_shown_in_the_file_that_says_it(tmp_path: Path) -> None:
    ours = (
        head() + 'dimensions: {quality: {indicators: {csat: {target: ">= 92"}, complaint_count: {misssing: full}}}}\n'
    )
    problems = find(tmp_path, ours=ours, base=BASE.replace('"<= 30s"', '"<= 30"'))
    shown = [(Path(place(problem)[0]).name, place(problem)[1], problem.code, marked(problem)) for problem in problems]
    assert shown == [
        ("ours.yaml", 4, "rubric-unit", '">= 92"'),
        ("ours.yaml", 4, "rubric-unknown-key", "misssing"),
        ("base.yaml", 16, "rubric-unit", '"<= 30"'),
    ]


def test_weights_that_a_change_upsets_are_shown_at_the_change(tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours=head() + "dimensions: {quality: {indicators: {csat: {weight: 30}}}}\n")
    assert (*place(problem), marked(problem)) == ("ours.yaml", 4, 14, "quality")
    assert problem.message.endswith("add up to 50, 10 less than its weight of 60")


def test_weights_that_are_wrong_in_the_base_are_shown_there(tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours=head(), base=BASE.replace("weight: 20,", "weight: 10,"))
    assert (Path(place(problem)[0]).name, problem.code) == ("base.yaml", "rubric-weights")


MOVED = (
    "dimensions:\n"
    "  quality: {weight: 70, indicators: {csat: {weight: 50}}}\n"
    "  speed: {weight: 30, indicators: {own: {weight: 30}}}\n"
)
RESTATED = "dimensions: {quality: {weight: 60}, speed: {weight: 40}}\n"


def test_a_season_that_keeps_the_weights_of_the_base_is_told(tmp_path: Path) -> None:
    (warning,) = load(tmp_path, ours=head() + MOVED).warnings
    assert (warning.code, warning.severity) == ("rubric-season-inherited", "warning")
    assert warning.message == 'season "peak" keeps the weights of base: quality 55, not 70; speed 45, not 30'
    assert (*place(warning), marked(warning)) == ("ours.yaml", 5, 21, "70")


@pytest.mark.parametrize(
    "more",
    [
        RESTATED,
        MOVED + "seasons: {peak: {weights: {quality: 55, speed: 45}}}\n",
        MOVED + "seasons: {peak: ~}\n",
        MOVED + "seasons: ~\n",
        MOVED.replace("70", "55").replace("50", "35").replace("30", "45"),
    ],
    ids=["as in the base", "its own weights", "no such season", "no seasons", "as in the season"],
)
def test_a_season_that_fits_is_not_told(more: str, tmp_path: Path) -> None:
    assert load(tmp_path, ours=head() + more).warnings == ()


def test_a_season_is_told_of_the_file_between_that_moved_the_weights(tmp_path: Path) -> None:
    middle = head("base.yaml", "middle") + MOVED
    (warning,) = load(tmp_path, ours=head("middle.yaml"), middle=middle).warnings
    assert Path(place(warning)[0]).name == "middle.yaml"
    season = "seasons: {peak: {weights: {quality: 80, speed: 20}}}\n"
    assert load(tmp_path, ours=head("middle.yaml") + season, middle=middle).warnings == ()
    assert load(tmp_path, ours=head("middle.yaml"), middle=middle + season).warnings == ()


def test_name_and_version_are_a_rubrics_own(tmp_path: Path) -> None:
    problems = find(tmp_path, ours="extends: base.yaml\n")
    assert [(problem.code, place(problem)[0]) for problem in problems] == [("rubric-missing-key", "ours.yaml")] * 2


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("dimensions: {speed: {indicators: {csat: ~}}}", "csat"),
        ("dimensions: {attitude: ~}", "attitude"),
        ("dimensions: {quality: {indicators: {csat: {small_sample: ~}}}}", "small_sample"),
        ("roles:", "roles"),
        ("least_presence: null", "least_presence"),
    ],
)
def test_nothing_can_be_taken_out_that_is_not_there(line: str, mark: str, tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours=head() + line + "\n")
    assert (problem.code, marked(problem), place(problem)[:2]) == ("rubric-nothing-to-remove", mark, ("ours.yaml", 4))


def test_a_measure_of_the_base_may_lose_its_indicator(tmp_path: Path) -> None:
    ours = head() + (
        "dimensions: {speed: {indicators: {own: ~, first_response: "
        '{weight: 40, target: "<= 30s", score: {attain: {}}}}}}\n'
    )
    assert load(tmp_path, ours=ours).warnings == ()


def test_a_measure_is_replaced_as_a_whole(tmp_path: Path) -> None:
    own = "measures: {own: {title: t, definition: d, source: s, from: tickets, p90: first_reply_seconds, unit: s}}\n"
    assert load(tmp_path, ours=head() + own).measures["own"].kind == "percentile"


def test_bases_that_go_round_in_a_circle(tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours=head("middle.yaml"), middle=head("ours.yaml", "middle"))
    assert problem.code == "rubric-extends-cycle"
    assert "ours.yaml → middle.yaml → ours.yaml" in problem.message
    (problem,) = find(tmp_path, ours=head("ours.yaml"))
    assert "ours.yaml → ours.yaml" in problem.message


def test_an_unknown_base(tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours=head("know-base"))
    assert (problem.code, place(problem), marked(problem)) == ("rubric-unknown", ("ours.yaml", 3, 10), "know-base")
    assert 'did you mean "known-base"' in (problem.hint or "")


def test_repeated_keys_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    problems = find(tmp_path, ours=head() + "title: a\ntitle: b\n", base=BASE + "source: again\n")
    assert [(Path(place(problem)[0]).name, problem.code) for problem in problems] == [
        ("ours.yaml", "yaml-duplicate-key"),
        ("base.yaml", "yaml-duplicate-key"),
    ]
    with pytest.raises(ProblemsFound, match="a second time"):
        read_extended(tmp_path / "ours.yaml", {})


def test_what_is_not_extended_is_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(BASE, encoding="utf-8")
    assert read_extended(path, {}) == read_yaml(path)


@pytest.mark.parametrize(("text", "code"), [("", "rubric-empty"), ("- 1\n", "rubric-wrong-type")])
def test_a_base_that_is_no_rubric_is_blamed_itself(text: str, code: str, tmp_path: Path) -> None:
    (problem,) = find(tmp_path, ours='name: ours\nversion: "1"\nextends: other.yaml\n', other=text)
    assert problem.code == code
    assert problem.at is not None
    assert Path(problem.at.file).name == "other.yaml"


def test_a_training_of_the_base_may_lose_its_indicator(tmp_path: Path) -> None:
    base = BASE + "training:\n  tact: {title: Tact, indicator: complaint_count}\n  pace: {title: P, dimension: speed}\n"
    quality = "dimensions: {quality: {weight: 60, indicators: {complaint_count: null, csat: {weight: 60}}}}\n"
    rubric = load(tmp_path, base=base, ours=head() + quality).rubric
    assert (list(rubric.training), list(rubric.trainings())) == (["tact", "pace"], ["pace"])
    own = "training:\n  own: {title: Own, indicator: complaint_count}\n"
    (problem,) = find(tmp_path, base=base, ours=head() + quality + own)
    assert (problem.code, place(problem)[0], marked(problem)) == ("rubric-unknown-name", "ours.yaml", "complaint_count")


def test_a_rule_of_the_base_on_grades_that_are_gone_is_told_with_the_way_out(tmp_path: Path) -> None:
    base = BASE + "promotions:\n  lead: {grades: [good], running: 2}\n"
    grades = "grades: [{name: fine, min: 70}, {name: fair, min: 0}]\n"
    (problem,) = find(tmp_path, base=base, ours=head() + grades)
    assert (problem.code, Path(place(problem)[0]).name, marked(problem)) == ("rubric-unknown-name", "base.yaml", "good")
    assert problem.hint == "allowed: fair, fine; ours extends this, and can write promotions: anew, or null for none"
    assert load(tmp_path, base=base, ours=head() + grades + "promotions: null\n").rubric.promotions == {}
