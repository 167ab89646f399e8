"""Words of quarters and years made of months, and of months that are sealed, in both languages."""

from __future__ import annotations

ROLLUP_WORDS: dict[str, dict[str, str]] = {
    # how a quarter or year was made
    "rollup-mean": {
        "en": "mean of {count} {count:month|months}: {months}",
        "zh-CN": "{count} 个月得分的平均：{months}",
    },
    "rollup-adjusted": {
        "en": "{month} adjusted on {date}: {reason}; approved by {approved_by}",
        "zh-CN": "{month} 于 {date} 调整：{reason}；批准人：{approved_by}",
    },
    "rollup-pooled": {
        "en": "scored once from all rows of the period, as the rubric says",
        "zh-CN": "按方案规定，以整个周期的全部数据一次计分",
    },
    "rollup-points": {"en": "({points}) ÷ {count} = {mean}", "zh-CN": "（{points}）÷ {count} = {mean}"},
    "rollup-points-shared": {
        "en": "({points}) ÷ {count} = {mean}, written {shared} so that the parts add up to the score",
        "zh-CN": "（{points}）÷ {count} = {mean}，为使各项之和等于总分记为 {shared}",
    },
    # why it may still change
    "rollup-running": {
        "en": "{days_left} days left after {as_of}; counted so far: {months}",
        "zh-CN": "{as_of} 之后还有 {days_left} 天；目前计入：{months}",
    },
    "rollup-open": {
        "en": "computed from today's files, not from sealed months: {months}",
        "zh-CN": "按当前文件计算，不取封存的结果：{months}",
    },
    # what does not count
    "rollup-month-absent": {"en": "not here and not in the data: {months}", "zh-CN": "不在岗且无数据：{months}"},
    "rollup-month-held": {
        "en": "held until a person decides, so not counted: {months}",
        "zh-CN": "待人工确认，未计入：{months}",
    },
    "rollup-month-thin": {
        "en": "too little to score, so not counted: {months}",
        "zh-CN": "可计分的内容太少，未计入：{months}",
    },
    "rollup-few-months": {
        "en": "scored in {count} of {of} {of:month|months}; ranked from {least} of them",
        "zh-CN": "{of} 个月中有 {count} 个月有得分；达到 {least} 才参与排名",
    },
    "rollup-no-data": {"en": "no data, so not counted: {months}", "zh-CN": "没有数据，未计入：{months}"},
    "rollup-incomplete": {
        "en": "{month} is not counted: it is not sealed, and only {count} {count:has|have} a score in it, "
        "so its files are taken to be missing",
        "zh-CN": "{month} 未计入：尚未封存，且只有 {count} 人有得分，视为数据文件不全",
    },
    "rollup-rubrics": {
        "en": "months were scored by different rubrics: {rubrics}; grade and awards by {rubric}",
        "zh-CN": "各月所用方案不同：{rubrics}；等级和奖励按 {rubric}",
    },
    # sealed months
    "sealed-on": {"en": "sealed on {date}", "zh-CN": "成绩已于 {date} 封存"},
    "adjusted-on": {
        "en": "adjusted on {date}: {reason}; approved by {approved_by}",
        "zh-CN": "{date} 调整：{reason}；批准人：{approved_by}",
    },
    "sealed-by-other-rubric": {
        "en": "{month} was sealed with rubric {sealed}, which counts; the workspace now has {now} "
        "(--fresh scores with that)",
        "zh-CN": "{month} 封存时的方案是 {sealed}，以它为准；工作区现在的方案是 {now}（--fresh 可按现方案计算）",
    },
    "shop-not-sealed": {
        "en": "sealed months hold agents and teams; the shop is computed from today's files: {months}",
        "zh-CN": "封存的月份只含个人和团队；全店得分按当前文件计算：{months}",
    },
    "rows-not-sealed": {
        "en": "the card is the sealed one; the rows are those of today's files",
        "zh-CN": "成绩单是封存的结果；数据行来自当前文件",
    },
    # the card
    "card-presence-months": {
        "en": "here for {presence} of the months that count",
        "zh-CN": "计入各月的在岗比例 {presence}",
    },
    "head-record": {"en": "Record", "zh-CN": "记录"},
    "card-original": {"en": "before the adjustment: {standing}", "zh-CN": "调整前：{standing}"},
    "month-sealed": {"en": "sealed", "zh-CN": "已封存"},
    "month-open": {"en": "open", "zh-CN": "未封存"},
    "months-mean": {"en": "mean of the months", "zh-CN": "各月平均"},
}
