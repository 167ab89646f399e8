"""Every word a person reads in a result, in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from csperf.render.coach_words import COACH_WORDS
from csperf.render.data_words import DATA_WORDS
from csperf.render.exemption_words import EXEMPTION_WORDS
from csperf.render.ledger_words import LEDGER_WORDS
from csperf.render.payroll_words import PAYROLL_WORDS
from csperf.render.review_words import REVIEW_WORDS
from csperf.render.rollup_words import ROLLUP_WORDS
from csperf.render.run_words import RUN_WORDS
from csperf.render.score_words import SCORE_WORDS
from csperf.render.start_words import START_WORDS
from csperf.render.trend_words import TREND_WORDS
from csperf.scoring.cards import Agent, Title, Words

LANGS = ("en", "zh-CN")

OWN_WORDS: dict[str, dict[str, str]] = {
    # headings
    "head-rank": {"en": "Rank", "zh-CN": "名次"},
    "head-agent-id": {"en": "ID", "zh-CN": "工号"},
    "head-name": {"en": "Name", "zh-CN": "姓名"},
    "head-team": {"en": "Team", "zh-CN": "团队"},
    "head-score": {"en": "Score", "zh-CN": "得分"},
    "head-grade": {"en": "Grade", "zh-CN": "等级"},
    "head-coverage": {"en": "Scored weight", "zh-CN": "计分权重"},
    "head-period": {"en": "Period", "zh-CN": "周期"},
    "head-dimension": {"en": "Dimension", "zh-CN": "维度"},
    "head-indicator": {"en": "Indicator", "zh-CN": "指标"},
    "head-value": {"en": "Value", "zh-CN": "实际值"},
    "head-unit": {"en": "Unit", "zh-CN": "单位"},
    "head-numerator": {"en": "Numerator", "zh-CN": "分子"},
    "head-denominator": {"en": "Denominator", "zh-CN": "分母"},
    "head-sample-size": {"en": "Sample size", "zh-CN": "样本数"},
    "head-target": {"en": "Target", "zh-CN": "目标"},
    "head-weight": {"en": "Weight", "zh-CN": "权重"},
    "head-max-points": {"en": "Max points", "zh-CN": "满分"},
    "head-points": {"en": "Points", "zh-CN": "得分"},
    "head-status": {"en": "Status", "zh-CN": "数据状态"},
    "head-policy": {"en": "Policy applied", "zh-CN": "采用的处理方式"},
    "head-reason": {"en": "Reason", "zh-CN": "原因"},
    "head-notes": {"en": "Notes", "zh-CN": "说明"},
    "head-warnings": {"en": "Warnings", "zh-CN": "提醒"},
    "head-source": {"en": "Source", "zh-CN": "数据源"},
    "head-files": {"en": "Files", "zh-CN": "文件"},
    "head-rows": {"en": "Rows", "zh-CN": "行数"},
    "head-in-period": {"en": "In the period", "zh-CN": "周期内"},
    "head-outside-period": {"en": "Outside the period", "zh-CN": "周期外"},
    "head-rejected": {"en": "Rejected", "zh-CN": "剔除"},
    "head-duplicates": {"en": "Duplicates", "zh-CN": "重复"},
    "head-rubric": {"en": "Rubric", "zh-CN": "考核方案"},
    "head-season": {"en": "Season", "zh-CN": "季节"},
    "head-provisional": {"en": "Provisional", "zh-CN": "暂定"},
    "head-scope": {"en": "Scope", "zh-CN": "范围"},
    "head-by": {"en": "Scored by", "zh-CN": "考核对象"},
    "head-presence": {"en": "Presence", "zh-CN": "在岗比例"},
    "head-outcomes": {"en": "Outcomes", "zh-CN": "附加结果"},
    "head-tier": {"en": "Tier", "zh-CN": "档位"},
    "head-needed": {"en": "Still needed", "zh-CN": "还需"},
    "head-file": {"en": "File", "zh-CN": "文件"},
    "head-row": {"en": "Row", "zh-CN": "行号"},
    "head-key": {"en": "Key", "zh-CN": "编号"},
    "head-time": {"en": "Time", "zh-CN": "时间"},
    "head-counted": {"en": "Counted as", "zh-CN": "计为"},
    "head-total": {"en": "Total", "zh-CN": "合计"},
    "head-grades": {"en": "Grades", "zh-CN": "等级"},
    "head-definition": {"en": "Definition", "zh-CN": "定义"},
    "head-formula": {"en": "Formula", "zh-CN": "公式"},
    "head-data": {"en": "Data", "zh-CN": "数据"},
    "head-rule": {"en": "Points", "zh-CN": "计分"},
    "head-missing": {"en": "No data", "zh-CN": "无数据时"},
    "head-small-sample": {"en": "Few data", "zh-CN": "样本过少时"},
    "head-note": {"en": "Reading", "zh-CN": "口径说明"},
    "head-matures": {"en": "Final", "zh-CN": "何时确定"},
    "head-team-target": {"en": "Team target", "zh-CN": "团队目标"},
    "head-tiers": {"en": "Tiers", "zh-CN": "档位"},
    "head-prorate": {"en": "Part of a period", "zh-CN": "未全期在岗"},
    "head-written": {"en": "Written", "zh-CN": "写在"},
    "head-clause-seasons": {"en": "Seasons", "zh-CN": "季节"},
    "head-clause-roles": {"en": "By role", "zh-CN": "按岗位"},
    "head-clause-presence": {"en": "Who is scored and ranked", "zh-CN": "参评与排名范围"},
    "head-clause-floors": {"en": "Floors", "zh-CN": "底线"},
    "head-clause-tiers": {"en": "Tiers", "zh-CN": "档位"},
    "head-clause-awards": {"en": "Awards", "zh-CN": "奖励"},
    "head-origin": {"en": "Source", "zh-CN": "出处"},
    "sheet-scores": {"en": "Scores", "zh-CN": "得分"},
    "sheet-indicators": {"en": "Indicators", "zh-CN": "指标明细"},
    "sheet-sources": {"en": "Sources & notes", "zh-CN": "来源与说明"},
    # how the data was, and what the rubric made of it
    "status-ok": {"en": "ok", "zh-CN": "正常"},
    "status-missing": {"en": "no data", "zh-CN": "无数据"},
    "status-small_sample": {"en": "small sample", "zh-CN": "样本不足"},
    "policy-exclude": {"en": "not scored", "zh-CN": "不计分"},
    "policy-full": {"en": "full points", "zh-CN": "计满分"},
    "policy-zero": {"en": "0 points", "zh-CN": "计 0 分"},
    "policy-team": {"en": "team's value", "zh-CN": "按团队数值"},
    "policy-hold": {"en": "held", "zh-CN": "待人工确认"},
    # what the rubric says about missing data
    "rubric-policy-exclude": {
        "en": "not scored; its weight goes to the other indicators of the dimension",
        "zh-CN": "不计分，权重转给同一维度的其他指标",
    },
    "rubric-policy-full": {"en": "full points", "zh-CN": "计满分"},
    "rubric-policy-zero": {"en": "0 points", "zh-CN": "计 0 分"},
    "rubric-policy-team": {"en": "scored with the value of the whole team", "zh-CN": "按团队整体数值计分"},
    "rubric-policy-hold": {"en": "no grade until a person decides", "zh-CN": "暂不评级，待人工确认"},
    "counted-hit": {"en": "hit", "zh-CN": "达标"},
    "counted-miss": {"en": "miss", "zh-CN": "未达标"},
    "counted-against": {"en": "against", "zh-CN": "不利"},
    "counted-fine": {"en": "fine", "zh-CN": "正常"},
    # the score table
    "list-comma": {"en": ", ", "zh-CN": "、"},
    "list-or": {"en": " or ", "zh-CN": " 或 "},
    "list-semicolon": {"en": "; ", "zh-CN": "；"},
    "season-is": {"en": "season: {season}", "zh-CN": "季节：{season}"},
    "by-team": {"en": "by team", "zh-CN": "按团队"},
    "by-shop": {"en": "the whole shop", "zh-CN": "全店"},
    "provisional": {"en": "provisional: {why}", "zh-CN": "暂定：{why}"},
    "nothing-by-agent": {"en": "No agent has any data in this period.", "zh-CN": "本周期没有任何客服的数据。"},
    "nothing-by-team": {"en": "No team has anybody whom the rubric scores.", "zh-CN": "各团队均无适用本方案的人员。"},
    "left-out": {"en": "Left out for lack of width: ", "zh-CN": "因宽度不足未显示："},
    "see-all": {"en": "All columns: {command}", "zh-CN": "全部列：{command}"},
    "see-points": {"en": "Point by point: {command}", "zh-CN": "逐项说明：{command}"},
    "source-counts": {
        "en": "{source}: {rows} {rows:row|rows}, {in_period} in the period, {outside_period} outside it, "
        "{rejected} rejected, {duplicates} {duplicates:duplicate|duplicates}",
        "zh-CN": "{source}：共 {rows} 行，周期内 {in_period} 行，周期外 {outside_period} 行，"
        "剔除 {rejected} 行，重复 {duplicates} 行",
    },
    "titled": {"en": "{title} ({name})", "zh-CN": "{title}（{name}）"},
    "colon": {"en": "{head}: {text}", "zh-CN": "{head}：{text}"},
    # the scorecard
    "card-score": {"en": "Score {score} of 100", "zh-CN": "得分 {score}（满分 100）"},
    "card-no-score": {"en": "No score", "zh-CN": "无得分"},
    "card-grade": {"en": "grade {grade}", "zh-CN": "等级：{grade}"},
    "card-rank": {"en": "rank {rank} of {count}", "zh-CN": "名次 {rank}/{count}"},
    "card-coverage": {"en": "scored weight {coverage}", "zh-CN": "计分权重 {coverage}"},
    "card-rubric": {"en": "{title}, {name} version {version}", "zh-CN": "{title}，{name} 第 {version} 版"},
    "card-points": {"en": "{points} of {max_points}", "zh-CN": "{points} / {max_points}"},
    "card-not-scored": {"en": "not scored", "zh-CN": "不计分"},
    "card-value": {"en": "value {value}", "zh-CN": "实际值 {value}"},
    "card-no-value": {"en": "no value", "zh-CN": "无数值"},
    "card-sample-size": {"en": "sample size {sample_size}", "zh-CN": "样本数 {sample_size}"},
    "card-target": {"en": "target {target}", "zh-CN": "目标 {target}"},
    "card-weight": {"en": "weight {weight}", "zh-CN": "权重 {weight}"},
    "card-variant": {"en": "rubric for {variant}", "zh-CN": "岗位方案：{variant}"},
    "card-presence": {"en": "here for {presence} of the period", "zh-CN": "在岗比例 {presence}"},
    "card-presence-running": {
        "en": "here for {presence} of the period, if the roster is right about the days to come",
        "zh-CN": "在岗比例 {presence}（之后的日子以花名册为准）",
    },
    "card-members": {
        "en": "{members} {members:person|people}, together here for {presence} whole periods",
        "zh-CN": "{members} 人，在岗合计相当于 {presence} 人全期",
    },
    "card-no-members": {"en": "nobody known who was here", "zh-CN": "没有已知的在岗人员"},
    "card-needed": {"en": "for the target: {needed}", "zh-CN": "距目标：{needed}"},
    # what follows from a card
    "outcome-award": {"en": "award {title}: {reason}", "zh-CN": "奖励“{title}”：{reason}"},
    "outcome-tier": {"en": "tier {title}: {reason}", "zh-CN": "档位“{title}”：{reason}"},
    "outcome-reward": {"en": "{outcome}; reward: {reward}", "zh-CN": "{outcome}；奖励内容：{reward}"},
    "no-rows": {"en": "No rows.", "zh-CN": "没有数据行。"},
    # the same period under two rubrics
    "head-before": {"en": "Before", "zh-CN": "原方案"},
    "head-after": {"en": "After", "zh-CN": "新方案"},
    "head-change": {"en": "Change", "zh-CN": "变化"},
    "simulate-title": {"en": "{period} under two rubrics", "zh-CN": "{period} 两个方案对比"},
    "simulate-before": {"en": "before: {rubric}", "zh-CN": "原方案：{rubric}"},
    "simulate-after": {"en": "after: {rubric}", "zh-CN": "新方案：{rubric}"},
    "simulate-totals": {
        "en": "{gaining} {gaining:agent gains|agents gain}, {losing} {losing:loses|lose}, "
        "{level} {level:stays|stay} level; in all {total}",
        "zh-CN": "{gaining} 人得分上升，{losing} 人下降，{level} 人不变；合计 {total}",
    },
    "simulate-unknown": {
        "en": "without a score under one of the two, so not compared: {agents}",
        "zh-CN": "至少在一个方案下没有得分，不作比较：{agents}",
    },
    # the scheme in words
    "rubric-id": {"en": "{name}, version {version}", "zh-CN": "{name}，第 {version} 版"},
    "rubric-source": {"en": "source: {source}", "zh-CN": "出处：{source}"},
    "rubric-points": {"en": "{weight} {weight:point|points}", "zh-CN": "{weight} 分"},
    "rubric-extends": {"en": "extends {base}", "zh-CN": "沿用自 {base}"},
    "rubric-all-here": {"en": "all here", "zh-CN": "全部在本方案"},
    "rubric-all-in": {"en": "all in {rubric}", "zh-CN": "全部在 {rubric}"},
    "rubric-keys-here": {"en": "{keys} here", "zh-CN": "{keys} 在本方案"},
    "rubric-keys-in": {"en": "{keys} in {rubric}", "zh-CN": "{keys} 在 {rubric}"},
    "rubric-rest-in": {"en": "the rest in {rubric}", "zh-CN": "其余在 {rubric}"},
    "rubric-matures": {"en": "{days} days after the end of the period", "zh-CN": "周期结束 {days} 天后"},
    "rubric-prorate": {
        "en": "judged on value ÷ the share of the period that the agent was here",
        "zh-CN": "按“实际值 ÷ 在岗比例”折算后计分",
    },
    "rubric-season": {
        "en": "for a period at least half of which lies in: {days}",
        "zh-CN": "周期至少一半的天数落在：{days}",
    },
    "rubric-each-month": {"en": "month {month} of each year", "zh-CN": "每年 {month} 月"},
    "rubric-each-days": {"en": "{first} to {last} of each year", "zh-CN": "每年 {first} 至 {last}"},
    "rubric-days": {"en": "{first} to {last}", "zh-CN": "{first} 至 {last}"},
    "rubric-weights": {"en": "weights: {weights}", "zh-CN": "权重：{weights}"},
    "rubric-roles": {"en": "roles: {roles}", "zh-CN": "岗位：{roles}"},
    "rubric-targets": {"en": "targets: {targets}", "zh-CN": "目标：{targets}"},
    "rubric-tiers": {"en": "tiers of {what}: {tiers}", "zh-CN": "{what}档位：{tiers}"},
    "rubric-no-tiers": {"en": "no tiers of {what}", "zh-CN": "{what}不设档位"},
    "rubric-applies-to": {"en": "Only", "zh-CN": "仅限"},
    "rubric-least-presence": {
        "en": "none for who was here for less than {least} of the period",
        "zh-CN": "本周期在岗不足 {least} 者不参与排名",
    },
    "rubric-floor-dimension": {
        "en": "below {least} of its points: grade at most {grade}",
        "zh-CN": "得分低于该维度分值的 {least}：等级最高为“{grade}”",
    },
    "rubric-floor-indicator": {
        "en": "not {target}: grade at most {grade}",
        "zh-CN": "未达到 {target}：等级最高为“{grade}”",
    },
    "rubric-dimension-points": {"en": "points of {dimension}", "zh-CN": "{dimension}得分"},
    "rubric-least-sample": {"en": "at least {least} cases behind each", "zh-CN": "每项样本数不少于 {least}"},
    "rubric-then": {"en": "to do: {reward}", "zh-CN": "安排：{reward}"},
    "rubric-reward": {"en": "reward: {reward}", "zh-CN": "奖励：{reward}"},
    "list-and": {"en": " and ", "zh-CN": " 且 "},
    "rubric-agent": {"en": "agent by {agent}", "zh-CN": "记在 {agent} 名下"},
    "rubric-agent-or-served": {
        "en": "agent by {agent}, or who order_agents says",
        "zh-CN": "记在 {agent} 名下，没有该列时按 order_agents",
    },
    "rubric-everyone": {"en": "the shop's value for everybody", "zh-CN": "全店数值，人人相同"},
    "rubric-grade-top": {"en": "from {low}", "zh-CN": "{low} 分及以上"},
    "rubric-grade": {"en": "from {low}, below {high}", "zh-CN": "{low} 分及以上，不到 {high} 分"},
    "rubric-small-sample": {"en": "fewer than {below}: {policy}", "zh-CN": "少于 {below}：{policy}"},
    "rubric-data": {
        "en": "{table} (period by {at}, {agent})",
        "zh-CN": "{table}（按 {at} 归入周期，{agent}）",
    },
    "rubric-data-window": {
        "en": "{table} (the {days} days up to the end of the period by {at}, {agent})",
        "zh-CN": "{table}（按 {at} 取截至周期末的 {days} 天，{agent}）",
    },
    "formula-rate": {
        "en": "rows where {value} ÷ rows where this can be told",
        "zh-CN": "{value} 的行数 ÷ 能判断该条件的行数",
    },
    "formula-rate-over": {
        "en": "rows where {value} ÷ rows where {over}",
        "zh-CN": "{value} 的行数 ÷ {over} 的行数",
    },
    "formula-count": {"en": "number of rows", "zh-CN": "行数"},
    "formula-sum": {"en": "sum of {value}", "zh-CN": "{value} 之和"},
    "formula-mean": {
        "en": "sum of {value} ÷ number of rows that have it",
        "zh-CN": "{value} 之和 ÷ 有该值的行数",
    },
    "formula-weighted-mean": {
        "en": "sum of {value} × {weight} ÷ sum of {weight}",
        "zh-CN": "{value} × {weight} 之和 ÷ {weight} 之和",
    },
    "formula-median": {"en": "middle value (median) of {value}", "zh-CN": "{value} 的中位数"},
    "formula-percentile": {
        "en": "the value of {value} that {percent}% of the rows do not exceed",
        "zh-CN": "{value} 的第 {percent} 百分位数（{percent}% 的行不超过它）",
    },
    "formula-min": {"en": "lowest {value}", "zh-CN": "{value} 的最小值"},
    "formula-max": {"en": "highest {value}", "zh-CN": "{value} 的最大值"},
    "formula-where": {"en": "{formula}, only rows where {where}", "zh-CN": "{formula}（只计 {where} 的行）"},
    "formula-constant": {"en": "{value}, as the scheme states", "zh-CN": "{value}（方案规定的数值）"},
    "formula-per": {
        "en": "mean over each {per} of ({formula})",
        "zh-CN": "先按每个 {per} 计算（{formula}），再求平均",
    },
    "formula-zero-if": {
        "en": "{formula}, 0 for a {per} with any row where {zero_if}",
        "zh-CN": "{formula}，任一行 {zero_if} 的 {per} 计 0",
    },
    "formula-trim": {
        "en": "{formula}, without the highest and the lowest {percent}%",
        "zh-CN": "{formula}，去掉最高和最低各 {percent}%",
    },
    "formula-distinct": {
        "en": "{formula}, each {distinct} counted once",
        "zh-CN": "{formula}，每个 {distinct} 只计一次",
    },
    "formula-ratio": {"en": "({of}) ÷ ({to})", "zh-CN": "（{of}）÷（{to}）"},
    "side-below": {"en": "below {bound}", "zh-CN": "低于 {bound} 时"},
    "side-above": {"en": "above {bound}", "zh-CN": "高于 {bound} 时"},
    "side-outside": {"en": "outside {bound}", "zh-CN": "超出 {bound} 的范围时"},
    "rule-deduct-each": {
        "en": "start with {weight} {weight:point|points}; −{points} for each {per} {side}; never below 0",
        "zh-CN": "满分 {weight} 分；{side}，每 {per} 扣 {points} 分；最低 0 分",
    },
    "rule-deduct-completed": {
        "en": "start with {weight} {weight:point|points}; −{points} for each completed {per} {side}; never below 0",
        "zh-CN": "满分 {weight} 分；{side}，每满 {per} 扣 {points} 分，不足 {per} 不扣；最低 0 分",
    },
    "rule-deduct-started": {
        "en": "start with {weight} {weight:point|points}; −{points} for each started {per} {side}; never below 0",
        "zh-CN": "满分 {weight} 分；{side}，每 {per} 扣 {points} 分，不足 {per} 按 {per} 计；最低 0 分",
    },
    "rule-deduct-proportional": {
        "en": "start with {weight} {weight:point|points}; −{points} for each {per} {side}, in proportion; "
        "never below 0",
        "zh-CN": "满分 {weight} 分；{side}，每 {per} 扣 {points} 分，不足 {per} 按比例扣；最低 0 分",
    },
    "rule-curve": {
        "en": "{points}; straight lines between these values, flat outside them",
        "zh-CN": "{points}；各值之间按直线计算，两端以外不再变化",
    },
    "rule-curve-point": {
        "en": "{points} {points:point|points} at {value}",
        "zh-CN": "{value} 得 {points} 分",
    },
    "rule-bands": {
        "en": "the first that holds decides: {bands}",
        "zh-CN": "从前往后，以先满足的为准：{bands}",
    },
    "rule-band": {"en": "{band}: {points} {points:point|points}", "zh-CN": "{band} 得 {points} 分"},
    "rule-band-else": {"en": "otherwise: {points} {points:point|points}", "zh-CN": "其余得 {points} 分"},
    "rule-attain-higher": {
        "en": "{weight} {weight:point|points} × value ÷ {low}, at most {most} {most:point|points}",
        "zh-CN": "{weight} 分 × 实际值 ÷ {low}，最多 {most} 分",
    },
    "rule-attain-lower": {
        "en": "{weight} {weight:point|points} × {high} ÷ value, at most {most} {most:point|points}",
        "zh-CN": "{weight} 分 × {high} ÷ 实际值，最多 {most} 分",
    },
    "rule-attain-range": {
        "en": "{most} {most:point|points} within {target}; below it {weight} × value ÷ {low}, "
        "above it {weight} × {high} ÷ value, at most {most} {most:point|points}",
        "zh-CN": "在 {target} 之内得 {most} 分；低于时 {weight} 分 × 实际值 ÷ {low}，"
        "高于时 {weight} 分 × {high} ÷ 实际值，最多 {most} 分",
    },
    "rule-relative": {
        "en": "{weight} {weight:point|points} × the share of colleagues whose value is worse (equal ones count half)",
        "zh-CN": "{weight} 分 × 数值不如本人的同事所占比例（相同的按一半计）",
    },
}

WORDS: dict[str, dict[str, str]] = {
    **OWN_WORDS, **SCORE_WORDS, **DATA_WORDS, **START_WORDS, **LEDGER_WORDS, **ROLLUP_WORDS, **PAYROLL_WORDS,
    **EXEMPTION_WORDS, **TREND_WORDS, **REVIEW_WORDS, **COACH_WORDS, **RUN_WORDS,
}  # fmt: skip


def say(words: Words, lang: str) -> str:
    """The sentence in a language, with the titles among its parts."""
    parts = {
        name: title_of(part.text, lang, part.name) if isinstance(part, Title) else part for name, part in words.parts
    }
    return label(words.code, lang, **parts)


def say_list(sentences: Sequence[Words], lang: str) -> str:
    """The sentences in a language, with commas between them."""
    return label("list-comma", lang).join(say(one, lang) for one in sentences)


def label(code: str, lang: str, **parts: Any) -> str:
    """The words of a code in a language, with its parts filled in; KeyError for a code nobody wrote."""
    return WORDS[code][lang].format(**parts)


def agent_label(agent: Agent, lang: str) -> str:
    """`王小明（A003）`, or the id alone where the roster has no name."""
    return titled(agent.name or agent.agent_id, agent.agent_id, lang)


def titled(title: str, name: str, lang: str) -> str:
    """A title with the stable name behind it, or the name alone where they are the same."""
    return name if title == name else label("titled", lang, title=title, name=name)


def title_of(text: str | Mapping[Any, str] | None, lang: str, fallback: str) -> str:
    """A title in the language: as written for it, else in English, else the fallback (a stable name)."""
    if isinstance(text, Mapping):
        text = text.get(lang) or text.get(lang.partition("-")[0]) or text.get("en")
    return " ".join(text.split()) if text else fallback
