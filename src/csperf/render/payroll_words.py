"""Words of pay, awards, promotions and coaching in both languages."""

from __future__ import annotations

PAYROLL_WORDS: dict[str, dict[str, str]] = {
    # why a rule holds
    "rule-grade": {"en": "grade {grade}", "zh-CN": "等级：{grade}"},
    "rule-top": {
        "en": "rank {rank} of {ranked}, in the top {share}",
        "zh-CN": "名次 {rank}/{ranked}，位于前 {share}",
    },
    # what the scheme says of it
    "rubric-top": {"en": "in the top {share} of those ranked", "zh-CN": "名次位于前 {share}"},
    "rubric-grades": {"en": "grade {grades}", "zh-CN": "等级为{grades}"},
    "rubric-for-month": {"en": "each month", "zh-CN": "按月"},
    "rubric-for-quarter": {"en": "each quarter", "zh-CN": "按季度"},
    "rubric-for-year": {"en": "each year", "zh-CN": "按年"},
    "rubric-running-month": {"en": "{count} months running", "zh-CN": "连续 {count} 个月"},
    "rubric-running-quarter": {"en": "{count} quarters running", "zh-CN": "连续 {count} 个季度"},
    "rubric-running-year": {"en": "{count} years running", "zh-CN": "连续 {count} 年"},
    "rubric-of-team": {"en": "for teams", "zh-CN": "授予团队"},
    "rubric-bonus": {"en": "bonus: {amount} {currency}", "zh-CN": "奖金：{amount} {currency}"},
    "rubric-bonus-each": {
        "en": "bonus for each indicator of a month: {amount} {currency}",
        "zh-CN": "每月每项指标奖金：{amount} {currency}",
    },
    "rubric-change": {"en": "base pay {change}", "zh-CN": "基本工资 {change}"},
    "rubric-no-change": {"en": "base pay stays", "zh-CN": "基本工资不变"},
    "rubric-pay-of": {"en": "{grade}, {length}", "zh-CN": "{grade}（{length}）"},
    "rubric-rollup": {"en": "Score", "zh-CN": "得分"},
    "rubric-rollup-mean": {
        "en": "the mean of the monthly scores",
        "zh-CN": "各月得分的平均值",
    },
    "rubric-rollup-pooled": {
        "en": "scored once, from all rows of the period",
        "zh-CN": "以整个周期的全部数据一次计分",
    },
    "rubric-least-months": {
        "en": "no rank with a score in fewer than {least} of the months",
        "zh-CN": "有得分的月份不足 {least} 者不参与排名",
    },
    "rubric-training-for": {"en": "for {what}", "zh-CN": "针对{what}"},
    "rubric-training-slice": {"en": "where {slice}", "zh-CN": "限于 {slice}"},
    "rubric-support-ability": {"en": "Ability", "zh-CN": "能力"},
    "rubric-support-results": {"en": "Results", "zh-CN": "业绩"},
    "rubric-support-high": {
        "en": "{dimension}: high from {high} of its points, low below {low}",
        "zh-CN": "{dimension}：得分达该维度分值的 {high} 为高，低于 {low} 为低",
    },
    "rubric-support-low": {
        "en": "{dimension}: low below {low} of its points",
        "zh-CN": "{dimension}：得分低于该维度分值的 {low} 为低",
    },
    "rubric-support-offer": {"en": "High ability, low results", "zh-CN": "能力强、业绩低"},
    "head-clause-pay": {"en": "Pay", "zh-CN": "薪酬"},
    "head-clause-promotions": {"en": "Promotions", "zh-CN": "晋升"},
    "head-clause-coaching": {"en": "Coaching list", "zh-CN": "辅导名单"},
    "head-clause-rollup": {"en": "Quarters and years", "zh-CN": "季度与年度"},
    "head-clause-training": {"en": "Training", "zh-CN": "培训"},
    "head-clause-support": {"en": "Ability and results", "zh-CN": "能力与业绩"},
    # the payroll table
    "outcomes-title": {"en": "Outcomes of {period}", "zh-CN": "{period} 结果应用"},
    "outcomes-currency": {"en": "amounts in {currency}", "zh-CN": "金额单位：{currency}"},
    "outcomes-unsealed": {
        "en": "computed from today's files, not sealed: {periods}",
        "zh-CN": "尚未封存、按当前文件计算：{periods}",
    },
    "outcomes-no-pay": {
        "en": "The rubric attaches no money to this: no pay:, and no bonus of a tier, award or promotion.",
        "zh-CN": "本方案在此没有规定金额：没有 pay，档位、奖励和晋升也没有 bonus。",
    },
    "outcomes-unknown-pay": {
        "en": "base pay not known, so the amount of the change is not, and the sum is without it "
        "({count}): {agents}",
        "zh-CN": "基本工资未知，因此调薪金额未知，未计入合计（{count} 人）：{agents}",
    },
    "outcomes-no-grade": {
        "en": "without a grade, so nothing follows from one ({count}): {agents}",
        "zh-CN": "没有等级，因此没有由等级产生的结果（{count} 人）：{agents}",
    },
    "outcomes-nobody": {"en": "nobody", "zh-CN": "无"},
    "outcomes-team-bonus": {
        "en": "bonuses of teams, not part of the totals above: {amount} {currency}",
        "zh-CN": "团队奖金（不计入上面的总额）：{amount} {currency}",
    },
    "pay-grade": {"en": "grade {grade}", "zh-CN": "等级：{grade}"},
    "head-pay-change": {"en": "Pay change", "zh-CN": "调薪"},
    "head-change-amount": {"en": "Change a month", "zh-CN": "每月调薪"},
    "head-bonus-grade": {"en": "Grade bonus", "zh-CN": "等级奖金"},
    "head-bonus-tier": {"en": "Tier of {title}", "zh-CN": "{title}档位奖金"},
    "head-bonus": {"en": "Bonuses", "zh-CN": "奖金合计"},
    "head-bonus-parts": {"en": "What the bonuses are for", "zh-CN": "奖金构成"},
    "bonus-grade": {"en": "grade {title} {amount}", "zh-CN": "等级“{title}”{amount}"},
    "bonus-tier": {"en": "tier {title} {amount} ({reason})", "zh-CN": "档位“{title}”{amount}（{reason}）"},
    "bonus-award": {"en": "award {title} {amount} ({reason})", "zh-CN": "奖励“{title}”{amount}（{reason}）"},
    "bonus-promotion": {"en": "promotion {title} {amount} ({reason})", "zh-CN": "晋升“{title}”{amount}（{reason}）"},
    "head-outcome-awards": {"en": "Awards", "zh-CN": "奖励"},
    "head-outcome-teams": {"en": "Team awards", "zh-CN": "团队奖励"},
    "head-outcome-promotions": {"en": "Promotion candidates", "zh-CN": "晋升候选人"},
    "head-outcome-coaching": {"en": "Coaching list", "zh-CN": "辅导名单"},
    "head-outcome-then": {"en": "What follows besides", "zh-CN": "其他安排"},
    "head-list": {"en": "List", "zh-CN": "名单"},
    "head-outcome-rule": {"en": "Rule", "zh-CN": "规则"},
    "head-outcome-bonus": {"en": "Bonus", "zh-CN": "奖金"},
    "head-who": {"en": "Who", "zh-CN": "人员或团队"},
    "head-reward": {"en": "Reward", "zh-CN": "奖励内容"},
    "sheet-payroll": {"en": "Payroll", "zh-CN": "薪酬"},
    "sheet-lists": {"en": "Lists", "zh-CN": "名单"},
}  # fmt: skip
