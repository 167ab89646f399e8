"""Words of the review of indicators in both languages."""

from __future__ import annotations

REVIEW_WORDS: dict[str, dict[str, str]] = {
    "review-title": {
        "en": "Does each indicator still tell anything? {name} version {version}, {first} to {last}",
        "zh-CN": "各项指标是否仍有区分作用：{name} 第 {version} 版，{first} 至 {last}",
    },
    "review-cards": {
        "en": "{months} {months:month|months}, {agents} {agents:agent|agents}; a card is one agent's month",
        "zh-CN": "{months} 个月，{agents} 名客服；一名客服一个月计为一份",
    },
    "review-head-cards": {"en": "Cards", "zh-CN": "份数"},
    "review-head-full": {"en": "Full marks", "zh-CN": "满分占比"},
    "review-head-unmeasured": {"en": "No or few data", "zh-CN": "无数据或过少"},
    "review-head-unscored": {"en": "Not scored", "zh-CN": "未计分"},
    "review-head-spread": {"en": "Points p10–p90", "zh-CN": "得分率 p10–p90"},
    "review-head-range": {"en": "Lowest–highest", "zh-CN": "最低–最高"},
    "review-head-deviation": {"en": "Std. deviation", "zh-CN": "标准差"},
    "review-head-lost": {"en": "Points lost", "zh-CN": "失分"},
    "review-head-ranks": {"en": "Ranks it decides", "zh-CN": "影响名次"},
    "review-head-satisfaction": {"en": "ρ with satisfaction", "zh-CN": "与满意度 ρ"},
    "review-head-nearest": {"en": "Strongest ρ", "zh-CN": "最强相关 ρ"},
    "review-of": {"en": "{part} of {whole}", "zh-CN": "{part}/{whole}"},
    "review-lost": {"en": "{points} ({share})", "zh-CN": "{points}（{share}）"},
    "review-near": {"en": "{rho} {other}", "zh-CN": "{rho} {other}"},
    # one sentence on each indicator
    "review-nothing": {
        "en": "never scored in {months} {months:month|months}: it tells nothing",
        "zh-CN": "{months} 个月内从未计分：没有任何作用",
    },
    "review-few": {
        "en": "only {cards} {cards:card|cards}, fewer than {least}: too few to tell",
        "zh-CN": "只有 {cards} 份，少于 {least} 份：数据太少，无法判断",
    },
    "review-gaps": {
        "en": "no or too few data on {share} of the cards: it says nothing about most",
        "zh-CN": "{share} 的份数没有数据或样本过少：对多数人没有作用",
    },
    "review-all-full": {
        "en": "everybody had full marks in {full} of {months} {months:month|months}: it no longer tells anybody apart",
        "zh-CN": "{months} 个月中有 {full} 个月人人满分：已无法区分任何人",
    },
    "review-all-same": {
        "en": "everybody had the same share of its points in {months} {months:month|months}: it tells nobody apart",
        "zh-CN": "{months} 个月内人人得分率相同：无法区分任何人",
    },
    "review-nearly-all-full": {
        "en": "{share} of the cards had full marks, in {full} of {months} {months:month|months} everybody's: "
        "it tells few apart",
        "zh-CN": "{share} 的份数为满分，{months} 个月中有 {full} 个月人人满分：区分作用很小",
    },
    "review-same-order": {
        "en": "it orders agents almost as {other} does (ρ {rho}): one of the two may be enough",
        "zh-CN": "排出的先后与{other}几乎相同（ρ {rho}）：两项保留一项可能就够",
    },
    "review-against": {
        "en": "who does well here tends to do worse in satisfaction (ρ {rho}): "
        "look whether it rewards what customers dislike",
        "zh-CN": "本项表现好的人满意度往往较低（ρ {rho}）：请检查是否在鼓励客户不喜欢的做法",
    },
    "review-no-rank": {
        "en": "without it all {ranks} {ranks:rank|ranks} would be the same: it decides nothing",
        "zh-CN": "去掉本项，{ranks} 个名次都不变：不影响任何结果",
    },
    "review-tells": {
        "en": "it tells agents apart: {full} of the cards had full marks",
        "zh-CN": "有区分作用：{full} 的份数为满分",
    },
    "review-tells-ranks": {
        "en": "it tells agents apart: {full} of the cards had full marks, "
        "{changed} of {ranks} {ranks:rank|ranks} would be another without it",
        "zh-CN": "有区分作用：{full} 的份数为满分，去掉本项，{ranks} 个名次中有 {changed} 个会变",
    },
    # what is said beside the figures
    "review-rubrics": {
        "en": "the months were scored by different rubrics ({rubrics}); "
        "an indicator's months are those whose rubric has it",
        "zh-CN": "各月所用方案不同（{rubrics}）；每项指标只统计方案中含有该指标的月份",
    },
    "review-no-satisfaction": {
        "en": "no indicator stands for satisfaction; name one with --satisfaction",
        "zh-CN": "没有代表满意度的指标；可用 --satisfaction 指定一项",
    },
    "review-how": {
        "en": "ρ: Spearman's rank correlation of how good the values are, +1 the same order, −1 the reverse; "
        "— where there are fewer than {least} pairs, or one of the two never differs",
        "zh-CN": "ρ：按数值优劣计算的斯皮尔曼等级相关系数，+1 为次序相同，−1 为次序相反；"
        "不足 {least} 对或其中一项没有差别时记为 —",
    },
}
