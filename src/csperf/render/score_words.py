"""What the scoring stages say, in every language: code → template for `str.format`.

A part that is a `Number` picks its English noun: `{steps:step|steps}`.
"""

from __future__ import annotations

_CAUSES = {
    "missing": {"en": "no data", "zh-CN": "无数据"},
    "small_sample": {"en": "{size} of at least {below} cases", "zh-CN": "样本 {size} 个，不足 {below} 个"},
    "lacking": {"en": "not measured, as the files do not say it", "zh-CN": "文件中没有所需数据"},
    "absent": {"en": "not here in this period", "zh-CN": "本周期不在岗"},
    "headless": {"en": "nobody known who was here to divide it by", "zh-CN": "没有已知的在岗人员，无法计算人均"},
    "alone": {"en": "no colleague to compare with", "zh-CN": "没有可比较的同事"},
}
_CONSEQUENCES = {
    "exclude": {
        "en": ": weight moved to the other indicators of the dimension",
        "zh-CN": "：本项不计分，权重分摊给同一维度的其他指标",
    },
    "exclude-dimension": {
        "en": ": weight moved to the other dimensions",
        "zh-CN": "：本项不计分，权重分摊给其他维度",
    },
    "exclude-all": {"en": ": not scored", "zh-CN": "：本项不计分"},
    "full": {"en": ": full points, as the rubric says", "zh-CN": "：按方案规定计满分"},
    "zero": {"en": ": 0 points, as the rubric says", "zh-CN": "：按方案规定计 0 分"},
    "team": {
        "en": ": scored with the team's {team_value}",
        "zh-CN": "：按团队整体数值 {team_value} 计分",
    },
    "hold": {"en": ": held until a person decides", "zh-CN": "：暂不计分，待人工确认"},
}

_OTHER_WEIGHTS = {
    "step-weight-moved": {"en": "with the weight of unscored indicators: ", "zh-CN": "并入未计分指标的权重："},
    "step-weight-season": {"en": "with the weight of the season: ", "zh-CN": "按季节权重折算："},
    "step-weight-role": {"en": "with the weight for this role: ", "zh-CN": "按岗位权重折算："},
    "step-weight-season-moved": {
        "en": "with the weight of the season and of unscored indicators: ",
        "zh-CN": "按季节权重折算，并入未计分指标的权重：",
    },
    "step-weight-role-moved": {
        "en": "with the weight for this role and of unscored indicators: ",
        "zh-CN": "按岗位权重折算，并入未计分指标的权重：",
    },
}

SCORE_WORDS: dict[str, dict[str, str]] = {
    # Why an indicator has its points, in one line.
    "target-reached": {"en": "target reached", "zh-CN": "达标"},
    "at-bound": {
        "en": "exactly at the bound of {target}: short by 0, no points off",
        "zh-CN": "正好处于 {target} 的临界值：差距为 0，不扣分",
    },
    "short-completed": {
        "en": "short by {amount}: {steps} completed {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "低于目标 {amount}：每满 {per} 扣 {points} 分，计 {steps} 次",
    },
    "short-started": {
        "en": "short by {amount}: {steps} started {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "低于目标 {amount}：每 {per} 扣 {points} 分，不足 {per} 按 {per} 计，共 {steps} 次",
    },
    "short-proportional": {
        "en": "short by {amount}: {steps} {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "低于目标 {amount}：每 {per} 扣 {points} 分，按比例折算为 {steps} 次",
    },
    "short-each": {
        "en": "short by {amount}: {steps} × {points} {points:point|points}",
        "zh-CN": "低于目标 {amount}：{steps} × {points} 分",
    },
    "over-completed": {
        "en": "over by {amount}: {steps} completed {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "超出目标 {amount}：每满 {per} 扣 {points} 分，计 {steps} 次",
    },
    "over-started": {
        "en": "over by {amount}: {steps} started {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "超出目标 {amount}：每 {per} 扣 {points} 分，不足 {per} 按 {per} 计，共 {steps} 次",
    },
    "over-proportional": {
        "en": "over by {amount}: {steps} {steps:step|steps} of {per} × {points} {points:point|points}",
        "zh-CN": "超出目标 {amount}：每 {per} 扣 {points} 分，按比例折算为 {steps} 次",
    },
    "over-each": {
        "en": "over by {amount}: {steps} × {points} {points:point|points}",
        "zh-CN": "超出目标 {amount}：{steps} × {points} 分",
    },
    "of-weight": {"en": "{value} earns {share} of the weight", "zh-CN": "{value} 对应权重分的 {share}"},
    "band": {
        "en": "{value} is {band}: {share} of the weight",
        "zh-CN": "{value} 落在 {band} 档：得权重分的 {share}",
    },
    "band-else": {
        "en": "{value} is in none of the bands above: {share} of the weight",
        "zh-CN": "{value} 属于“其他”档：得权重分的 {share}",
    },
    "attained": {"en": "{attained} of the target attained", "zh-CN": "目标完成率 {attained}"},
    "attained-capped": {
        "en": "{attained} of the target attained, counted up to {cap}",
        "zh-CN": "目标完成率 {attained}，最多按 {cap} 计",
    },
    "relative": {
        "en": "better than {worse} of {colleagues} {colleagues:colleague|colleagues}, level with {equal}",
        "zh-CN": "与 {colleagues} 名同事相比：优于 {worse} 名，持平 {equal} 名",
    },
    # Why the value itself does not count, and what counts instead.
    **{
        f"{cause}-{consequence}": {lang: said[lang] + then[lang] for lang in said}
        for cause, said in _CAUSES.items()
        for consequence, then in _CONSEQUENCES.items()
        # A team's value has no colleagues either, and what depends on presence is an amount that does not pool.
        if consequence != "team" or cause not in ("alone", "absent")
        if cause not in ("lacking", "headless") or consequence.startswith("exclude")
    },
    "no-team-value": {"en": "no value of the team to score with", "zh-CN": "团队没有可用的数值"},
    "on-full-period": {"en": "{value} on a full period", "zh-CN": "按整个周期折算为 {value}"},
    # What exemptions changed.
    "exempted-value": {
        "en": "exempted rows left out; {value} with them",
        "zh-CN": "已剔除豁免的数据，未剔除时为 {value}",
    },
    "restored-some": {"en": "{given} points given back: {why}", "zh-CN": "返还 {given} 分：{why}"},
    "restored-capped": {
        "en": "{given} points given back, up to the full {points}: {why}",
        "zh-CN": "返还 {given} 分，以满分 {points} 为限：{why}",
    },
    "restored-full": {"en": "full points given back: {why}", "zh-CN": "返还至满分：{why}"},
    "step-restored-some": {
        "en": "given back: {before} + {given} = {points}",
        "zh-CN": "返还：{before} + {given} = {points}",
    },
    "step-restored-capped": {
        "en": "given back: {before} + {given}, but no more than {points}",
        "zh-CN": "返还：{before} + {given}，最多为 {points}",
    },
    "step-restored-full": {
        "en": "given back to the full: {before} becomes {points}",
        "zh-CN": "返还至满分：{before} 改为 {points}",
    },
    # The derivation, for pencil and paper.
    "step-value": {"en": "value: {value}", "zh-CN": "实际值：{value}"},
    "step-value-ratio": {
        "en": "value: {numerator} ÷ {denominator} = {value}",
        "zh-CN": "实际值：{numerator} ÷ {denominator} = {value}",
    },
    "step-team-ratio": {
        "en": "team's value: {numerator} ÷ {denominator} = {value}",
        "zh-CN": "团队整体数值：{numerator} ÷ {denominator} = {value}",
    },
    "step-per-head": {
        "en": "value: {numerator} ÷ {denominator} heads = {value}",
        "zh-CN": "实际值：{numerator} ÷ {denominator} 人 = {value}",
    },
    "step-full-period": {
        "en": "on a full period: {value} ÷ {presence} present = {full}",
        "zh-CN": "按整个周期折算：{value} ÷ 在岗 {presence} = {full}",
    },
    "step-part": {"en": "{name} = {value}", "zh-CN": "{name} = {value}"},
    "step-formula": {"en": "value: {formula} = {value}", "zh-CN": "实际值：{formula} = {value}"},
    "step-target": {"en": "target: {target}", "zh-CN": "目标：{target}"},
    "step-full": {"en": "nothing off: {points}", "zh-CN": "不扣分：{points}"},
    "step-granted": {"en": "points: {points}", "zh-CN": "得分：{points}"},
    "step-short": {
        "en": "short by: {bound} − {value} = {amount}",
        "zh-CN": "低于目标：{bound} − {value} = {amount}",
    },
    "step-over": {
        "en": "over by: {value} − {bound} = {amount}",
        "zh-CN": "超出目标：{value} − {bound} = {amount}",
    },
    "step-completed": {
        "en": "completed steps: {amount} ÷ {per} = {quotient}, counts as {steps}",
        "zh-CN": "扣分次数：{amount} ÷ {per} = {quotient}，不满一次的不计，计 {steps} 次",
    },
    "step-started": {
        "en": "started steps: {amount} ÷ {per} = {quotient}, counts as {steps}",
        "zh-CN": "扣分次数：{amount} ÷ {per} = {quotient}，不足一次按一次，计 {steps} 次",
    },
    "step-even": {
        "en": "steps: {amount} ÷ {per} = {steps}",
        "zh-CN": "扣分次数：{amount} ÷ {per} = {steps}",
    },
    "step-off": {
        "en": "points off: {steps} × {deduct} = {off}",
        "zh-CN": "扣分：{steps} × {deduct} = {off}",
    },
    "step-left": {
        "en": "points: {weight} − {off} = {points}",
        "zh-CN": "得分：{weight} − {off} = {points}",
    },
    "step-floor": {
        "en": "points: {weight} − {off} is below 0, so {points}",
        "zh-CN": "得分：{weight} − {off} 小于 0，按 {points} 计",
    },
    "step-curve-at": {"en": "curve: {value} gives {share}", "zh-CN": "曲线：{value} 对应 {share}"},
    "step-curve-between": {
        "en": "curve: {low_share} + ({value} − {low}) ÷ ({high} − {low}) × ({high_share} − {low_share}) = {share}",
        "zh-CN": "曲线：{low_share} + ({value} − {low}) ÷ ({high} − {low}) × ({high_share} − {low_share}) = {share}",
    },
    "step-band": {
        "en": "first band that holds: {value} is {band}, {share}",
        "zh-CN": "首个满足的档：{value} {band}，{share}",
    },
    "step-band-else": {
        "en": "no band holds for {value}: {share}",
        "zh-CN": "{value} 不满足任何一档：{share}",
    },
    "step-attained-full": {"en": "target reached: 100%", "zh-CN": "达标：100%"},
    "step-attained": {
        "en": "attained: {above} ÷ {below} = {attained}",
        "zh-CN": "完成率：{above} ÷ {below} = {attained}",
    },
    "step-attained-none": {
        "en": "attained: 0%, as an amount is below 0",
        "zh-CN": "完成率：数值为负，按 0% 计",
    },
    "step-cap": {"en": "counted up to the cap: {cap}", "zh-CN": "按上限计：{cap}"},
    "step-relative": {
        "en": "place: ({worse} worse + {equal} level ÷ 2) ÷ {colleagues} {colleagues:colleague|colleagues} = {share}",
        "zh-CN": "位次：(不如本人 {worse} 名 + 持平 {equal} 名 ÷ 2) ÷ 同事 {colleagues} 名 = {share}",
    },
    "step-share": {
        "en": "points: {weight} × {share} = {points}",
        "zh-CN": "得分：{weight} × {share} = {points}",
    },
    **{
        code: {lang: f"{said[lang]}{{raw}} ÷ {{weight}} × {{max}} = {{points}}" for lang in said}
        for code, said in _OTHER_WEIGHTS.items()
    },
    "step-rounded": {"en": "rounded half up: {points}", "zh-CN": "四舍五入：{points}"},
    # What a card says as a whole.
    "note-held": {
        "en": "no score until a person decides about {count:this indicator|these indicators}: {indicators}",
        "zh-CN": "以下 {count} 项指标待人工确认，暂不给出总分：{indicators}",
    },
    "note-scored-on": {"en": "scored on {scored} of 100", "zh-CN": "总权重 100 中，实际计分 {scored}"},
    "note-low-coverage": {
        "en": "scored on {scored} of 100, less than half: no score, no grade, no rank",
        "zh-CN": "总权重 100 中，实际计分仅 {scored}，不足一半：不给总分、等级和排名",
    },
    "note-short-presence": {
        "en": "present for {presence} of the period, less than {least}: no rank",
        "zh-CN": "本周期在岗 {presence}，不足 {least}：不参与排名",
    },
    # What a target still takes in a period that is not over.
    "needed-more": {"en": "{count} more", "zh-CN": "还差 {count} 个"},
    "needed-hits": {
        "en": "{count} more {count:hit|hits} without a miss",
        "zh-CN": "再有 {count} 个全部符合即可达标",
    },
    "needed-clean": {
        "en": "{count} more {count:case|cases} without a further hit",
        "zh-CN": "再有 {count} 个，且不再新增此类情况",
    },
    "needed-out-of-reach": {"en": "out of reach in this period", "zh-CN": "本周期内已无法达到"},
    # What follows from a card.
    "tier-reached": {
        "en": "{indicator} {value} meets {target}",
        "zh-CN": "{indicator} {value}，满足 {target}",
    },
    "floor-dimension": {
        "en": "{points} of {max} points of {dimension} are {share}, below the floor of {floor}: "
        "grade {grade} instead of {earned}",
        "zh-CN": "{dimension}得 {points} 分（满分 {max}），即 {share}，低于底线 {floor}：等级由{earned}降为{grade}",
    },
    "floor-indicator": {
        "en": "{indicator} {value} does not meet the floor of {target}: grade {grade} instead of {earned}",
        "zh-CN": "{indicator} {value}，未达到底线 {target}：等级由{earned}降为{grade}",
    },
    "award-score": {"en": "score {value} ({condition})", "zh-CN": "得分 {value}（{condition}）"},
    "award-rank": {"en": "rank {value} ({condition})", "zh-CN": "名次 {value}（{condition}）"},
    "award-coverage": {"en": "scored weight {value} ({condition})", "zh-CN": "计分权重 {value}（{condition}）"},
    "award-dimension": {
        "en": "{dimension} {value} points ({condition})",
        "zh-CN": "{dimension} {value} 分（{condition}）",
    },
    "award-measure": {
        "en": "{measure} {value} ({condition})",
        "zh-CN": "{measure} {value}（{condition}）",
    },
}
