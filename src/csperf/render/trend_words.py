"""Words of trends in both languages."""

from __future__ import annotations

TREND_WORDS: dict[str, dict[str, str]] = {
    "trend-title": {"en": "{who}, {first} to {last}", "zh-CN": "{who}，{first} 至 {last}"},
    "trend-agents": {"en": "{count} {count:agent|agents}", "zh-CN": "{count} 名客服"},
    "trend-teams": {"en": "{count} {count:team|teams}", "zh-CN": "{count} 个团队"},
    "trend-shop": {"en": "The whole shop", "zh-CN": "全店"},
    "trend-event": {"en": "since {since}: {event}", "zh-CN": "自 {since} 起：{event}"},
    "trend-since": {"en": "since {since}", "zh-CN": "自 {since} 起"},
    "trend-score": {"en": "Score", "zh-CN": "得分"},
    "trend-mean-score": {"en": "Mean score", "zh-CN": "平均得分"},
    "trend-median_score": {"en": "Median score", "zh-CN": "得分中位数"},
    "trend-percentage-points": {"en": "{amount} pp", "zh-CN": "{amount} 个百分点"},
    "trend-head-month": {"en": "Month", "zh-CN": "月份"},
    "trend-head-gauge": {"en": "What", "zh-CN": "项目"},
    "trend-head-sparkline": {"en": "Trend", "zh-CN": "走势"},
    "trend-head-record": {"en": "Record", "zh-CN": "记录"},
    "trend-head-before-after": {"en": "Before → after", "zh-CN": "之前 → 之后"},
    "trend-head-counts": {"en": "Numerator/denominator", "zh-CN": "分子/分母"},
    "trend-head-samples": {"en": "Cases", "zh-CN": "样本数"},
    "trend-course-better": {"en": "better", "zh-CN": "好转"},
    "trend-course-worse": {"en": "worse", "zh-CN": "变差"},
    "trend-course-level": {"en": "level", "zh-CN": "持平"},
    "trend-course-up": {"en": "up", "zh-CN": "上升"},
    "trend-course-down": {"en": "down", "zh-CN": "下降"},
    "trend-record-sealed": {"en": "sealed", "zh-CN": "已封存"},
    "trend-record-adjusted": {"en": "adjusted", "zh-CN": "已调整"},
    "trend-record-open": {"en": "open", "zh-CN": "未封存"},
    "trend-record-absent": {"en": "no data", "zh-CN": "无数据"},
    "trend-contrast-all": {
        "en": "All months before against all from then on: {before} → {after}",
        "zh-CN": "之前各月合计与之后各月合计：{before} → {after}",
    },
    "trend-contrast-third": {
        "en": "The last month before against the third from then on: {before} → {after}",
        "zh-CN": "之前最后一个月与之后第三个月：{before} → {after}",
    },
    "trend-contrast-ends": {
        "en": "The first month against the last: {before} → {after}",
        "zh-CN": "最早一个月与最近一个月：{before} → {after}",
    },
    "trend-months": {"en": "{first} to {last} ({count} months)", "zh-CN": "{first} 至 {last}（{count} 个月）"},
    # what is said beside the figures
    "trend-absent": {
        "en": "no data, or not over yet, so left empty: {months}",
        "zh-CN": "没有数据或尚未结束，留空：{months}",
    },
    "trend-open": {
        "en": "not sealed, so computed from today's files and provisional: {months}",
        "zh-CN": "尚未封存，按目前的文件计算，结果暂定：{months}",
    },
    "trend-adjusted": {
        "en": "{month} was adjusted on {dated}: {reason} (approved by {approved_by})",
        "zh-CN": "{month} 已于 {dated} 调整：{reason}（批准人：{approved_by}）",
    },
    "trend-rubric": {
        "en": "from {month} on scored by {name} version {version}: scores before and after are of two rubrics",
        "zh-CN": "自 {month} 起按 {name} 第 {version} 版计分：前后得分出自两个方案",
    },
    "trend-season": {
        "en": "from {month} on scored by the weights of another season: scores before and after weigh otherwise",
        "zh-CN": "自 {month} 起按另一季节的权重计分：前后得分的权重不同",
    },
    "trend-redefined": {
        "en": "from {month} on {indicator} is measured in another way: its values before and after are of two kinds",
        "zh-CN": "自 {month} 起{indicator}的计算口径不同：前后数值不是同一口径",
    },
    "trend-not-pooled": {
        "en": "{indicator}: what several come to together cannot be told from what each comes to "
        "(a percentile, say), so it is left empty",
        "zh-CN": "{indicator}：无法由各自的数值合并得出（例如百分位数），故留空",
    },
    "trend-one-side": {
        "en": "nothing to compare: there is data only of months on one side of {since}",
        "zh-CN": "无法对比：只有 {since} 之前或之后一侧的月份有数据",
    },
    "trend-no-third": {
        "en": "no data of {month}, the third month from {since} on",
        "zh-CN": "{month}（自 {since} 起的第三个月）没有数据",
    },
    "trend-few-cases": {
        "en": "{before} and {after} cases; with fewer than {least} a few cases decide",
        "zh-CN": "样本数分别为 {before} 和 {after}；少于 {least} 时，个别样本就能左右结果",
    },
    "trend-luck": {
        "en": "with so many cases, a difference as small as this may be chance",
        "zh-CN": "以这样的样本数，这么小的差异可能只是偶然",
    },
}
