"""Measurements and a rubric → points: rules, policies for missing or thin data, and the weights they move."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from csperf.period import Length
from csperf.rubric.measures import Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import AttainRule, BandsRule, CurveRule, DeductRule, Indicator, RelativeRule, Rubric
from csperf.scoring import points
from csperf.scoring.cards import Agent, Applied, IndicatorScore, Measurement, Number, Scorecard, Status, Words, words
from csperf.scoring.contest import Contest, Relief, check_data
from csperf.scoring.derivation import Rule, Stakes, derive
from csperf.scoring.figures import format_points, format_value
from csperf.scoring.grade import grade_agents
from csperf.scoring.outcomes import find_tier
from csperf.scoring.progress import find_needed


def score_agents(
    rubric: Rubric,
    measures: Mapping[str, Measure],
    measurements: Mapping[tuple[str, str], Measurement],
    agents: Sequence[Agent],
    with_words: bool = True,
    season: str | None = None,
    is_running: bool = False,
    length: Length = "month",
    reliefs: Mapping[tuple[str, str], Relief] | None = None,
) -> tuple[Scorecard, ...]:
    """A scorecard for every agent, by rank, then agent_id; agents without a rank come last.

    Without `with_words` what rules did is left untold: that takes longer than scoring.
    season: the one whose weights count. is_running: the period is not over, so say what targets still take.
    length: of the period, whose awards are given. reliefs: what is exempted, by (agent_id, indicator).

    `measurements` is keyed by (agent_id, measure name); one that is absent counts as missing.
    The rubric must have been checked: weights that add up, targets where rules need them.
    """
    contest = Contest(
        rubric, measures, measurements, tuple(agents), with_words, season, is_running, length, reliefs or {}
    )
    return grade_agents(contest, [(agent, score_agent(contest, agent)) for agent in agents])


def score_agent(contest: Contest, agent: Agent) -> tuple[IndicatorScore, ...]:
    """One agent's indicators in the rubric's order, with the weight of excluded ones moved to the others."""
    verdicts = [_judge(contest, agent, *entry) for entry in contest.rubric.indicators()]
    maxima = contest.find_max_points(agent, tuple(verdict.policy != "exclude" for verdict in verdicts))
    live_dimensions = {verdict.dimension for verdict in verdicts if verdict.policy != "exclude"}
    weights = contest.find_weights(agent)
    return tuple(
        _score_indicator(
            contest, agent, verdict, live_dimensions,
            Stakes(verdict.indicator.weight, weight, maximum, weights.cause),
        )
        for verdict, weight, maximum in zip(verdicts, weights.indicators, maxima, strict=True)
    )  # fmt: skip


@dataclass(frozen=True)
class _Verdict:
    """How one indicator of one agent is to be scored: by its own value, by the team's, or by a policy.

    own is what was measured, scored what is judged.
    """

    dimension: str
    name: str
    indicator: Indicator
    target: Target | None
    own: Measurement
    scored: Measurement
    status: Status = "ok"
    cause: str | None = None
    policy: Applied | None = None
    lacks_team: bool = False


def _judge(contest: Contest, agent: Agent, dimension: str, name: str, indicator: Indicator) -> _Verdict:
    own = contest.find_measurement(agent.agent_id, name)
    scored = contest.find_scored(agent, name)
    target = contest.find_target(agent, name, indicator)
    status = check_data(indicator, scored)
    is_alone = False
    if isinstance(indicator.score, RelativeRule):
        colleagues = len(contest.list_peers(agent, name, indicator)) - (status == "ok")
        is_alone = colleagues == 0
    if status == "ok" and not is_alone:
        return _Verdict(dimension, name, indicator, target, own, scored)
    policy: Applied = indicator.missing
    if status == "small_sample":
        assert indicator.small_sample
        policy = indicator.small_sample.then
    cause: str = "alone" if status == "ok" else status
    if scored.value is None and own.value is not None:
        cause = "absent"
    if own.is_lacking:
        # That nobody complained can only be said where complaints are recorded.
        cause, policy = "lacking", "exclude"
    elif agent.is_unit and not agent.presence and contest.measures[name].is_per_head:
        cause, policy = "headless", "exclude"
    lacks_team = False
    if policy == "team" and agent.is_unit:
        policy = "exclude"  # a team has no team to fall back on
    elif policy == "team":
        team = contest.pool_team(agent.team, name)
        lacks_team = team.value is None or is_alone
        scored, policy = (scored, "exclude") if lacks_team else (team, "team")
    return _Verdict(
        dimension, name, indicator, target, own, scored,
        status="missing" if status == "ok" else status, cause=cause, policy=policy, lacks_team=lacks_team,
    )  # fmt: skip


def _score_indicator(
    contest: Contest, agent: Agent, verdict: _Verdict, live_dimensions: set[str], stakes: Stakes
) -> IndicatorScore:
    own, measure = verdict.own, contest.measures[verdict.name]
    if verdict.policy in (None, "team"):
        earned, reason, steps = _score_by_rule(contest, agent, verdict, stakes)
    else:
        earned, reason, steps = _score_by_policy(verdict, stakes.max_points, live_dimensions)
    if relief := contest.reliefs.get((agent.agent_id, verdict.name)):
        earned, reason, steps = _relieve(contest, relief, (earned, reason, steps), agent, verdict, stakes.max_points)
    tier = needed = None
    if verdict.status == "ok":
        tiers = contest.find_tiers(agent, verdict.name, verdict.indicator)
        tier = find_tier(contest.rubric, tiers, verdict.scored, measure.unit)
    if contest.is_running and verdict.target and verdict.cause != "absent":
        is_prorated = contest.is_prorated(agent, verdict.name)
        needed = find_needed(measure, own, verdict.target, agent.presence if is_prorated else Fraction(1))
    return IndicatorScore(
        name=verdict.name, dimension=verdict.dimension, unit=measure.unit,
        value=own.value, numerator=own.numerator, denominator=own.denominator, sample_size=own.sample_size,
        target=str(verdict.target) if verdict.target else None,
        weight=stakes.weight, max_points=stakes.max_points, points=earned,
        status=verdict.status, policy=verdict.policy, reason=reason, steps=steps, tier=tier, needed=needed,
    )  # fmt: skip


_Earned = tuple[Decimal | None, tuple[Words, ...], tuple[Words, ...]]
"""Points, reason, steps."""


def _score_by_policy(verdict: _Verdict, max_points: Decimal, live_dimensions: set[str]) -> _Earned:
    consequence: str | None = verdict.policy
    if consequence == "exclude" and verdict.dimension not in live_dimensions:
        consequence = "exclude-dimension" if live_dimensions else "exclude-all"
    reason = words(f"{verdict.cause}-{consequence}", **_sample_parts(verdict))
    reasons = (words("no-team-value"), reason) if verdict.lacks_team else (reason,)
    match verdict.policy:
        case "full" | "zero":
            granted = max_points if verdict.policy == "full" else Decimal("0.00")
            return granted, reasons, (words("step-granted", points=format_points(granted)),)
        case _:
            return None, reasons, ()


def _score_by_rule(contest: Contest, agent: Agent, verdict: _Verdict, stakes: Stakes) -> _Earned:
    rule = _find_rule(contest, agent, verdict)
    if not contest.with_words:
        assert verdict.scored.value is not None
        return stakes.finish(rule(verdict.scored.value, None)), (), ()
    found = derive(contest, agent, verdict.own, verdict.scored, rule, stakes, by_team=verdict.policy == "team")
    reason: tuple[Words, ...] = (found.reason,)
    if verdict.policy == "team":
        reason = (words(f"{verdict.cause}-team", **_sample_parts(verdict), team_value=found.value), *reason)
    elif verdict.scored != verdict.own:
        reason = (words("on-full-period", value=found.value), *reason)
    return found.earned, reason, found.steps


def _relieve(
    contest: Contest, relief: Relief, found: _Earned, agent: Agent, verdict: _Verdict, max_points: Decimal
) -> _Earned:
    """The points with those given back, up to all that there are, and what exemptions changed in words."""
    earned, reasons, steps = found
    if contest.with_words and relief.measured:
        unit = contest.measures[verdict.name].unit
        value = format_value(contest.find_unexempted(agent.agent_id, verdict.name).value, unit)
        reasons = (*reasons, words("exempted-value", value=value))
    for given, why in relief.restored:
        if earned is None:
            break
        before, earned = earned, max_points if given is None else min(earned + given, max_points)
        if contest.with_words:
            code = "full" if given is None else "capped" if before + given > max_points else "some"
            parts = {
                "before": format_points(before), "given": format_points(given or Decimal(0)),
                "points": format_points(earned),
            }  # fmt: skip
            reasons = (*reasons, words(f"restored-{code}", **parts, why=why))
            steps = (*steps, words(f"step-restored-{code}", **parts))
    return earned, reasons, steps


def _sample_parts(verdict: _Verdict) -> dict[str, Number]:
    if verdict.cause != "small_sample":
        return {}
    assert verdict.indicator.small_sample
    return {"size": Number(verdict.own.sample_size), "below": Number(verdict.indicator.small_sample.below)}


def _find_rule(contest: Contest, agent: Agent, verdict: _Verdict) -> Rule:
    """The indicator's score rule as a function of the value alone."""
    indicator, measure, target = verdict.indicator, contest.measures[verdict.name], verdict.target
    weight, unit = Fraction(indicator.weight), measure.unit
    match indicator.score:
        case DeductRule() as deduct:
            assert target
            if deduct.step is None and (agent.is_unit or verdict.scored != verdict.own):
                # Nobody had to say what a begun step costs: a count is whole, but not per head or per full period.
                deduct = deduct.model_copy(update={"step": "proportional"})
            return lambda value, digits: points.score_deduct(deduct, target, weight, unit, value, digits)
        case CurveRule() as curve:
            return lambda value, digits: points.score_curve(curve, weight, unit, value, digits)
        case BandsRule() as bands:
            return lambda value, _: points.score_bands(bands, weight, unit, value)
        case AttainRule() as attain:
            assert target
            return lambda value, digits: points.score_attain(attain, target, weight, unit, value, digits)
        case RelativeRule():
            better = (target.direction if target else None) or measure.better
            peers = contest.list_peers(agent, verdict.name, indicator)
            worse, equal, colleagues = _compare(verdict.scored, peers, better, is_peer=verdict.policy is None)
            return lambda _, digits: points.score_relative(worse, equal, colleagues, weight, digits)


def _compare(
    scored: Measurement, peers: Sequence[Fraction], better: str | None, *, is_peer: bool
) -> tuple[int, int, int]:
    """How many colleagues are worse, how many equal, how many there are; a peer is not its own colleague."""
    assert scored.value is not None
    below, up_to = bisect_left(peers, scored.value), bisect_right(peers, scored.value)
    worse = len(peers) - up_to if better == "lower" else below
    return worse, up_to - below - is_peer, len(peers) - is_peer
