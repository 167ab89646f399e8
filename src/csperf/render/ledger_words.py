"""Words of the ledger in both languages: what was sealed, and what no longer agrees with it."""

from __future__ import annotations

LEDGER_WORDS: dict[str, dict[str, str]] = {
    "seal-sealed": {"en": "{month} is sealed: {folder}", "zh-CN": "{month} 已封存：{folder}"},
    "seal-adjusted": {"en": "{month} is adjusted: {folder}", "zh-CN": "{month} 已调整：{folder}"},
    "seal-unchanged": {
        "en": "{month} is sealed already and comes to the same; nothing was written: {folder}",
        "zh-CN": "{month} 此前已封存，今天重算结果相同，未写入任何内容：{folder}",
    },
    "seal-counts": {
        "en": "{agents} {agents:agent|agents}, {inputs} input {inputs:file|files}, rubric {name} {version}",
        "zh-CN": "客服 {agents} 人，输入文件 {inputs} 个，方案 {name} {version}",
    },
    "seal-provisional": {
        "en": "sealed, though its figures may still change: {why}",
        "zh-CN": "已封存，但数字仍可能变化：{why}",
    },
    "verify-title": {"en": "Ledger {folder}", "zh-CN": "账本 {folder}"},
    "verify-fine": {
        "en": "{months} {months:month|months} checked: the ledger, and what was read for it, are unchanged",
        "zh-CN": "已核对 {months} 个月：账本和当时读取的内容均未改动",
    },
    "verify-not-fine": {
        "en": "{months} {months:month|months} checked: {findings} {findings:thing is|things are} not as sealed",
        "zh-CN": "已核对 {months} 个月：有 {findings} 处与封存时不符",
    },
    "verify-setting-differs": {
        "en": "{file} says something else today than for {months}; that changes nothing that is sealed",
        "zh-CN": "{file} 今天的内容与 {months} 封存时不同；已封存的结果不受影响",
    },
    "ledger-month": {"en": "Month", "zh-CN": "月份"},
    "ledger-sealed-on": {"en": "Sealed on", "zh-CN": "封存日期"},
    "ledger-adjustments": {"en": "Adjusted", "zh-CN": "调整次数"},
    "ledger-rubric": {"en": "Rubric", "zh-CN": "考核方案"},
    "ledger-inputs": {"en": "Inputs", "zh-CN": "输入文件"},
    "ledger-agents": {"en": "Agents", "zh-CN": "客服人数"},
    "ledger-findings": {"en": "Not as sealed", "zh-CN": "不符"},
    "ledger-agent": {"en": "Agent", "zh-CN": "客服"},
    "ledger-before": {"en": "Before", "zh-CN": "调整前"},
    "ledger-after": {"en": "After", "zh-CN": "调整后"},
    "ledger-change": {"en": "Change", "zh-CN": "变化"},
    "finding-file-altered": {
        "en": "{file} was altered after it was sealed",
        "zh-CN": "{file} 在封存后被改动",
    },
    "finding-file-missing": {"en": "{file} is missing", "zh-CN": "{file} 不见了"},
    "finding-file-stray": {
        "en": "{file} does not belong to what was sealed",
        "zh-CN": "{file} 不属于封存的内容",
    },
    "finding-files-disagree": {
        "en": "{file} is not the one that {other} beside it names: one of the two was altered",
        "zh-CN": "{file} 与同一文件夹的 {other} 不一致：两者之一被改动",
    },
    "finding-misplaced": {
        "en": "{file} is not where it was sealed: it says that it is of {period}",
        "zh-CN": "{file} 不在封存时的位置：其内容属于 {period}",
    },
    "finding-not-followed": {
        "en": "{file} is not the one that {by} corrects",
        "zh-CN": "{file} 不是 {by} 所调整的那一份",
    },
    "finding-unreadable": {"en": "{file} cannot be read: {why}", "zh-CN": "{file} 无法读取：{why}"},
    "finding-not-computed": {
        "en": "{file} cannot be computed anew: {why}",
        "zh-CN": "{file} 无法重新计算：{why}",
    },
    "finding-input-missing": {"en": "input {file} is missing", "zh-CN": "输入文件 {file} 不见了"},
    "finding-input-changed": {
        "en": "input {file} was changed after it was read",
        "zh-CN": "输入文件 {file} 在读取之后被改动",
    },
    "finding-input-new": {
        "en": "input {file} was not there when the month was sealed",
        "zh-CN": "输入文件 {file} 在封存时还没有",
    },
    "finding-input-grown": {
        "en": "input {file} has more in it than when it was read",
        "zh-CN": "输入文件 {file} 比读取时多了内容",
    },
    "finding-scores": {
        "en": "{agent} comes to something else: {changes}",
        "zh-CN": "{agent} 的结果不同：{changes}",
    },
    "finding-rubric": {
        "en": "rubric {file}: {key}: {before} → {after}",
        "zh-CN": "方案 {file}：{key}：{before} → {after}",
    },
}
