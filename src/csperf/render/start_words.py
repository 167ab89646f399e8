"""What `csperf init --from` says, and writes into the files of a new workspace, in both languages side by side."""

from __future__ import annotations

START_WORDS: dict[str, dict[str, str]] = {
    # comments of csperf.yaml
    "start-about": {
        "en": "A workspace for csperf: which files there are, and by which scheme they are scored.",
        "zh-CN": "csperf 工作区：有哪些文件，按哪套方案计分。",
    },
    "start-zone": {"en": "every month is cut in this zone", "zh-CN": "每个月按此时区划分"},
    "start-language": {"en": "of the results: en or zh-CN", "zh-CN": "结果的语言：zh-CN 或 en"},
    "start-rubric": {
        "en": "rubrics/first.yaml; csperf rubric list names others",
        "zh-CN": "即 rubrics/first.yaml；其他方案见 csperf rubric list",
    },
    "start-files": {
        "en": "Next month: put the new exports beside these files. A * in a name stands for its days;\n"
        "of names without one, list the new file as well: [tickets.csv, tickets-2.csv].",
        "zh-CN": "下个月把新的导出文件放在这些文件旁边即可：文件名里的 * 代表日期；\n"
        "没有 * 的，请把新文件也列上：[tickets.csv, tickets-2.csv]。",
    },
    "start-roster": {
        "en": "who is who: fill in names, teams and other accounts",
        "zh-CN": "花名册：请补上姓名、团队和别名",
    },
    "start-order-agents": {
        "en": "columns order_id, agent_id: who served which order; scores then go by agent",
        "zh-CN": "列 order_id、agent_id：订单由谁接待；有了它就能按客服计分",
    },
    # comments of the rubric
    "start-rubric-about": {
        "en": "Chosen by csperf init from what your files can feed. Targets and weights are starting points: change\n"
        "what does not fit your shop, and give the scheme a new version. csperf rubric validate finds slips.",
        "zh-CN": "由 csperf init 按现有文件能算出的指标选出。目标和权重只是起点：不合适的请修改，并换一个版本号。\n"
        "改完用 csperf rubric validate 检查。",
    },
    # what the command says
    "init-from-file": {"en": "{file}: {title}", "zh-CN": "{file}：{title}"},
    "init-from-likely": {"en": "{file}: most likely {title}", "zh-CN": "{file}：很可能是 {title}"},
    "init-from-canonical": {"en": "csperf's own columns, table {table}", "zh-CN": "csperf 标准列，数据表 {table}"},
    "init-from-idle": {
        "en": "not scored yet, as it feeds none of the measures to begin with: {source}",
        "zh-CN": "暂不参与计分（起步指标都用不上）：{source}",
    },
    "init-from-alike": {
        "en": "names that may be one person's: {names}. If so, make them one line of roster.csv, "
        "the other names under aliases, with ; between them.",
        "zh-CN": "可能是同一人的名字：{names}。如果是，请在 roster.csv 里合成一行，其余名字写进 aliases，用 ; 隔开。",
    },
    "init-from-by-agent": {
        "en": "{folder} is ready: {indicators} {indicators:indicator|indicators}, "
        "{agents} {agents:agent|agents}, {scored} of them with a score in {month}.",
        "zh-CN": "{folder} 已建好：{indicators} 个指标，{agents} 名客服，{month} 有得分的 {scored} 人。",
    },
    "init-from-by-shop": {
        "en": "{folder} is ready: {indicators} {indicators:indicator|indicators} of the whole shop, "
        "as no file says who served.",
        "zh-CN": "{folder} 已建好：{indicators} 个指标，按全店计分，因为文件里没有写明由谁接待。",
    },
    "init-from-orders": {
        "en": "A list of order_id and agent_id brings scores by agent (see csperf.yaml).",
        "zh-CN": "补一份 order_id、agent_id 的清单即可按客服计分（见 csperf.yaml）。",
    },
    "init-from-next": {
        "en": "Next:\n  {command}\nThen change what you like in csperf.yaml and rubrics/first.yaml.",
        "zh-CN": "接下来：\n  {command}\n之后可修改 csperf.yaml 和 rubrics/first.yaml。",
    },
    "init-from-next-roster": {
        "en": "Next:\n  {command}\nThen fill in roster.csv (names, teams), "
        "and change what you like in csperf.yaml and rubrics/first.yaml.",
        "zh-CN": "接下来：\n  {command}\n"
        "之后请补全 roster.csv（姓名、团队），并按需修改 csperf.yaml 和 rubrics/first.yaml。",
    },
}
