"""Words of plans for agents and teams, in both languages."""

from __future__ import annotations

_COLUMNS = {
    "category": ("category", "类别"), "channel": ("channel", "渠道"), "priority": ("priority", "优先级"),
    "complexity": ("complexity", "难度"), "group": ("group", "组别"), "weekday": ("weekday", "星期"),
    "cause": ("cause", "原因"), "criterion": ("criterion", "评分项"), "kind": ("kind", "种类"),
    "fulfilment": ("fulfilment", "发货方式"), "reason": ("reason", "原因"), "topic": ("topic", "主题"),
}  # fmt: skip
_VALUES = {
    "monday": ("Monday", "周一"), "tuesday": ("Tuesday", "周二"), "wednesday": ("Wednesday", "周三"),
    "thursday": ("Thursday", "周四"), "friday": ("Friday", "周五"), "saturday": ("Saturday", "周六"),
    "sunday": ("Sunday", "周日"),
    "simple": ("simple", "简单"), "complex": ("complex", "复杂"),
    "responsibility": ("evaded or mishandled", "推诿或处理不当"), "attitude": ("attitude", "态度"),
    "communication": ("failure of communication", "沟通失误"), "compliance": ("breach of the rules", "违规"),
    "supervisor": ("supervisor", "主管"), "peer": ("colleague", "同事"), "mystery": ("mystery shopper", "神秘顾客"),
    "return": ("return", "退货"), "exchange": ("exchange", "换货"), "repair": ("repair", "维修"),
    "refund": ("refund", "退款"),
}  # fmt: skip


def _both(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


COACH_WORDS: dict[str, dict[str, str]] = {
    **{f"split-{name}": _both(*said) for name, said in _COLUMNS.items()},
    **{f"split-value-{name}": _both(*said) for name, said in _VALUES.items()},
    "coach-title": {"en": "Plan for {who}, {period}", "zh-CN": "{who} {period} 改进计划"},
    "coach-title-team": {"en": "Plan for team {who}, {period}", "zh-CN": "团队“{who}” {period} 改进计划"},
    "coach-others": {
        "en": "The others: {count} other {count:agent|agents} with a score, taken together.",
        "zh-CN": "“其他人”：其余 {count} 名有得分的客服，合并计算。",
    },
    "coach-others-team": {
        "en": "The others: for each member, all other agents of the shop with a score, taken together.",
        "zh-CN": "“其他人”：对每名成员而言，全店其余有得分的客服，合并计算。",
    },
    "head-others": {"en": "Others", "zh-CN": "其他人"},
    "head-lost": {"en": "Lost", "zh-CN": "失分"},
    # the sections of one agent's plan
    "coach-strengths": {"en": "Strengths", "zh-CN": "优势"},
    "coach-strength": {
        "en": "{indicator}: {value}, the others {others}",
        "zh-CN": "{indicator}：{value}，其他人 {others}",
    },
    "coach-losses": {"en": "Points lost", "zh-CN": "失分项"},
    "coach-loss": {"en": "{indicator} −{lost}", "zh-CN": "{indicator} −{lost}"},
    "coach-no-weakness": {
        "en": "No weakness: every target that was judged is reached, and nothing is behind the others.",
        "zh-CN": "没有弱项：参与计分的目标全部达到，也没有落后于其他人的指标。",
    },
    "coach-listed-then": {"en": "{outcome}; to do: {then}", "zh-CN": "{outcome}；安排：{then}"},
    "coach-places": {"en": "Where", "zh-CN": "集中在哪里"},
    "place-found": {
        "en": "{indicator}: {part}; {own} there, the others {others}; elsewhere {rest}",
        "zh-CN": "{indicator}：集中在{part}；该部分 {own}，其他人 {others}；其余部分 {rest}",
    },
    "place-part": {"en": "{column} {value}", "zh-CN": "{column}“{value}”"},
    "place-spread": {
        "en": "{indicator}: no single place (by {columns})",
        "zh-CN": "{indicator}：没有集中之处（已按{columns}查看）",
    },
    "place-thin": {
        "en": "too few cases to say where: {indicators}",
        "zh-CN": "数量太少，看不出集中在哪里：{indicators}",
    },
    "place-unsplit": {
        "en": "made of nothing that could be told apart: {indicators}",
        "zh-CN": "没有可以细分的明细：{indicators}",
    },
    "place-differs": {
        "en": "not looked into, as the files of today come to other figures than the card: {indicators}",
        "zh-CN": "现有文件与计分时的数据不一致，未作细分：{indicators}",
    },
    "coach-lessons": {"en": "Training", "zh-CN": "培训"},
    "coach-lesson": {"en": "{title} (for {indicators})", "zh-CN": "{title}（针对{indicators}）"},
    "coach-need": {"en": "Ability and results", "zh-CN": "能力与业绩"},
    "need-offer": {
        "en": "high ability ({ability} of its points), low results ({results}): support with the work, no training",
        "zh-CN": "能力强（得分率 {ability}）而业绩低（得分率 {results}）：提供支持，而非培训",
    },
    "need-offer-said": {
        "en": "high ability ({ability} of its points), low results ({results}): {offer}",
        "zh-CN": "能力强（得分率 {ability}）而业绩低（得分率 {results}）：{offer}",
    },
    "need-training": {
        "en": "low ability ({ability} of its points): training first",
        "zh-CN": "能力不足（得分率 {ability}）：先安排培训",
    },
    "coach-since": {"en": "Since {period}", "zh-CN": "与 {period} 相比"},
    "step-better": {
        "en": "{indicator}: better, {before} of {before_of} lost then, {now} of {now_of} now",
        "zh-CN": "{indicator}：有改善，上次失 {before}/{before_of} 分，本次失 {now}/{now_of} 分",
    },
    "step-same": {
        "en": "{indicator}: no change, {before} of {before_of} lost then, {now} of {now_of} now",
        "zh-CN": "{indicator}：没有变化，上次失 {before}/{before_of} 分，本次失 {now}/{now_of} 分",
    },
    "step-worse": {
        "en": "{indicator}: worse, {before} of {before_of} lost then, {now} of {now_of} now",
        "zh-CN": "{indicator}：变差，上次失 {before}/{before_of} 分，本次失 {now}/{now_of} 分",
    },
    "step-unknown": {
        "en": "{indicator}: {before} of {before_of} lost then, not scored now",
        "zh-CN": "{indicator}：上次失 {before}/{before_of} 分，本次未计分",
    },
    # a team's plan
    "coach-common": {"en": "Common weaknesses", "zh-CN": "共同弱项"},
    "coach-common-one": {
        "en": "{indicator}: {weak} of {scored} {scored:member|members}, {lost} points",
        "zh-CN": "{indicator}：{scored} 人中 {weak} 人，共失 {lost} 分",
    },
    "coach-no-common": {
        "en": "None that a third of the members share.",
        "zh-CN": "没有达到三分之一成员共有的弱项。",
    },
    "coach-lesson-members": {
        "en": "{title} (for {indicators}): {members}",
        "zh-CN": "{title}（针对{indicators}）：{members}",
    },
    "coach-topics": {
        "en": "What came up more than once, for training and process fixes",
        "zh-CN": "多次出现的问题（供培训和流程改进）",
    },
    "topic-complaints-cause": {"en": "complaints by cause", "zh-CN": "投诉原因"},
    "topic-events-kind": {"en": "events by kind", "zh-CN": "事件种类"},
    "topic-events-category": {"en": "events by category", "zh-CN": "事件类别"},
    "coach-topic": {
        "en": "{value} {count} ({members} {members:member|members})",
        "zh-CN": "{value} {count} 次（{members} 人）",
    },
    "coach-listed": {"en": "Coaching list", "zh-CN": "辅导名单"},
}
