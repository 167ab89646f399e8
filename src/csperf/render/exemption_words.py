"""What exemptions say on cards, and of those that change nothing."""

from __future__ import annotations

_IDLE_EXEMPTIONS = {
    "unapproved": {"en": "nobody has approved it", "zh-CN": "尚未批准"},
    "expired": {"en": "it was for periods that end by {until}", "zh-CN": "仅适用于 {until} 及以前结束的周期"},
    "unknown-agent": {"en": "nobody of that name is known", "zh-CN": "没有此人"},
    "unknown-agent-near": {
        "en": "nobody of that name is known; perhaps {near}",
        "zh-CN": "没有此人，可能是 {near}",
    },
    "unknown-indicator": {
        "en": "rubric {rubric} has no such indicator",
        "zh-CN": "考核方案 {rubric} 中没有此指标",
    },
    "unknown-indicator-near": {
        "en": "rubric {rubric} has no such indicator; perhaps {name}",
        "zh-CN": "考核方案 {rubric} 中没有此指标，可能是 {name}",
    },
    "title-for-name": {
        "en": "that is the title of an indicator; write {name}",
        "zh-CN": "这是指标的标题，请改写指标名 {name}",
    },
    "no-card": {"en": "the agent has no scorecard in {period}", "zh-CN": "此人在 {period} 没有考核结果"},
    "no-column": {
        "en": "no file behind the indicator has a column {column}",
        "zh-CN": "该指标的数据中没有 {column} 一列",
    },
    "no-rows": {
        "en": "none of these rows counts for the agent in {period}",
        "zh-CN": "所列数据在 {period} 均不计入此人的该指标",
    },
    "not-scored": {"en": "the indicator is not scored", "zh-CN": "该指标未计分"},
    "full-already": {"en": "the indicator has full points anyway", "zh-CN": "该指标本来就是满分"},
    "month-only": {
        "en": "points are given back in the month {month}, not in {period} as a whole",
        "zh-CN": "返还分数只用于 {month} 当月，不用于 {period} 整个周期",
    },
}

EXEMPTION_WORDS: dict[str, dict[str, str]] = {
    "exempted-ids": {
        "en": "{indicator}: {rows} {rows:row|rows} left out ({ids}): {why} "
        "(requested by {requested_by}, approved by {approved_by})",
        "zh-CN": "{indicator}：剔除 {rows} 行（{ids}），原因：{why}（申请人 {requested_by}，批准人 {approved_by}）",
    },
    "exempted-days": {
        "en": "{indicator}: {rows} {rows:row|rows} of {days} left out: {why} "
        "(requested by {requested_by}, approved by {approved_by})",
        "zh-CN": "{indicator}：剔除 {days} 的 {rows} 行，原因：{why}（申请人 {requested_by}，批准人 {approved_by}）",
    },
    "exempted-ids-days": {
        "en": "{indicator}: {rows} {rows:row|rows} of {days} left out ({ids}): {why} "
        "(requested by {requested_by}, approved by {approved_by})",
        "zh-CN": "{indicator}：剔除 {days} 的 {rows} 行（{ids}），"
        "原因：{why}（申请人 {requested_by}，批准人 {approved_by}）",
    },
    "exempted-points": {
        "en": "{indicator}: {points} {points:point|points} given back: {why} "
        "(requested by {requested_by}, approved by {approved_by})",
        "zh-CN": "{indicator}：返还 {points} 分，原因：{why}（申请人 {requested_by}，批准人 {approved_by}）",
    },
    "exempted-full": {
        "en": "{indicator}: full points given back: {why} (requested by {requested_by}, approved by {approved_by})",
        "zh-CN": "{indicator}：返还至满分，原因：{why}（申请人 {requested_by}，批准人 {approved_by}）",
    },
    "exemptions-lower": {
        "en": "note: without the {count:exemption|exemptions} the score would be higher ({score})",
        "zh-CN": "注意：不计{count:这条|这些}豁免，得分反而更高（{score}）",
    },
    "card-unexempted": {"en": "without exemptions: {standing}", "zh-CN": "不计豁免时：{standing}"},
    "standing-score": {"en": "score {score}", "zh-CN": "得分 {score}"},
    "standing-rank": {"en": "rank {rank}", "zh-CN": "名次 {rank}"},
    "standing-none": {"en": "no score", "zh-CN": "无得分"},
    "head-exemptions": {"en": "Exemptions", "zh-CN": "豁免"},
    "head-unexempted": {"en": "Score without exemptions", "zh-CN": "不计豁免的得分"},
    "counted-exempt": {"en": "exempted", "zh-CN": "豁免"},
    # Exemptions that change nothing, and why.
    **{
        f"exemption-{code}": {
            "en": f"exemption {{number}} ({{agent}}, {{indicator}}) changes nothing: {said['en']}",
            "zh-CN": f"第 {{number}} 条豁免（{{agent}}，{{indicator}}）未生效：{said['zh-CN']}",
        }
        for code, said in _IDLE_EXEMPTIONS.items()
    },
    "exemption-unknown-ids": {
        "en": "exemption {number} ({agent}, {indicator}): no row behind the indicator has {ids}",
        "zh-CN": "第 {number} 条豁免（{agent}，{indicator}）：该指标的数据中没有 {ids}",
    },
    "exemptions-after-sealing": {
        "en": "{month} is sealed without {count:exemption|exemptions} {number}, approved since; to let "
        "{count:it|them} count: csperf seal --month {month} --adjust --reason … --approved-by …",
        "zh-CN": "{month} 封存后又批准了 {count} 条豁免（第 {number} 条），尚未计入；如要计入，请运行："
        "csperf seal --month {month} --adjust --reason … --approved-by …",
    },
    "exemptions-unreadable": {
        "en": "{file} cannot be read today, so what was approved after {months} was sealed is not known; "
        "csperf data check says what is wrong",
        "zh-CN": "目前无法读取 {file}，因此不知道 {months} 封存后是否又批准了豁免；csperf data check 会说明问题所在",
    },
    "exemptions-by-unit": {
        "en": "exemptions are granted to single agents; they change nothing where teams or the shop are scored",
        "zh-CN": "豁免只针对个人；按团队或全店考核时不生效",
    },
}
