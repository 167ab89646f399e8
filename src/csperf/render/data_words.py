"""What is said about the data and by the commands, in both languages side by side."""

from __future__ import annotations

DATA_WORDS: dict[str, dict[str, str]] = {
    "source-missing": {
        "en": "no source for table {table}: {measures} cannot be measured",
        "zh-CN": "工作区没有数据表 {table}：无法计算 {measures}",
    },
    "column-missing": {
        "en": "source {source} has no column {column}: {measures} cannot be measured",
        "zh-CN": "数据源 {source} 没有 {column} 列：无法计算 {measures}",
    },
    "nobody-named": {
        "en": "source {source} does not say who served an order, and there is no source order_agents: "
        "{measures} can be measured of the whole shop only (--by shop)",
        "zh-CN": "数据源 {source} 没有写明由谁接待，也没有 order_agents 数据源：{measures} 只能按全店计算（--by shop）",
    },
    "not-for-their-role": {
        "en": "people whom the rubric is not for (it scores the role {roles}): {count}",
        "zh-CN": "考核方案只适用于岗位 {roles}，不在此列的人数：{count}",
    },
    "not-among-the-heads": {
        "en": "their rows count for the shop, but they are not among its {count} {count:person|people}, "
        "as the roster does not have them: {agents}",
        "zh-CN": "花名册里没有，其数据计入全店，但不算在全店的 {count} 人之内：{agents}",
    },
    "agents-without-team": {
        "en": "in no team, so counted under none: {agents}",
        "zh-CN": "没有团队，不计入任何团队：{agents}",
    },
    "counted-up-to": {
        "en": "counted up to {as_of}, {days_left} {days_left:day|days} left",
        "zh-CN": "统计至 {as_of}，周期还剩 {days_left} 天",
    },
    "still-maturing": {
        "en": "{measure} may still change: {source} has data up to {last}, it is final once the data reach {final}",
        "zh-CN": "{measure} 还可能变化：{source} 的数据到 {last}，更新到 {final} 才是最终结果",
    },
    "bots-left-out": {
        "en": "not scored, because the roster says they are bots: {agents}",
        "zh-CN": "花名册标为机器人，不参与评分：{agents}",
    },
    "agent-not-in-roster": {
        "en": "{agent} is in the data but not in the roster: add them, or add this name to someone's aliases",
        "zh-CN": "数据中有“{agent}”，但花名册里没有：请补录此人，或把这个名字加入某人的别名（aliases）",
    },
    "rows-of-nobody": {
        "en": "{source}: rows of the period that name no agent and count for nobody: {rows}",
        "zh-CN": "{source}：周期内没有客服名、不计入任何人的行数：{rows}",
    },
    "calendar-not-official": {
        "en": "calendar {calendar}: official holidays are known up to {year}; later working days are a guess",
        "zh-CN": "工作日历 {calendar}：官方节假日只到 {year} 年，之后的工作日为推算",
    },
    "rows-set-aside": {
        "en": "{source}: {rejected} of {rows} {rows:row|rows} {rejected:has|have} a wrong cell and "
        "{rejected:does|do} not count for what needs it ({reasons}); csperf data check says which and why",
        "zh-CN": "{source}：共 {rows} 行，{rejected} 行有错误单元格，用到该单元格的指标不计这些行（{reasons}）；"
        "用 csperf data check 查看是哪些行、为什么",
    },
    "rows-set-aside-in-all": {
        "en": "rows that have a wrong cell and do not count for what needs it: {rejected}; "
        "csperf data check says which and why",
        "zh-CN": "有错误单元格的行数：{rejected}，用到该单元格的指标不计这些行；"
        "用 csperf data check 查看是哪些行、为什么",
    },
    "using-sample": {
        "en": "no csperf.yaml here or above: using the bundled sample shop (csperf init makes a workspace of your own)",
        "zh-CN": "当前及上级文件夹没有 csperf.yaml：使用自带的示例店铺数据（csperf init 可建立您自己的工作区）",
    },
    "file-written": {"en": "wrote {file}", "zh-CN": "已写入 {file}"},
    "working": {"en": "reading and scoring …", "zh-CN": "正在读取并计分……"},
    "check-ok": {"en": "all rows are fine", "zh-CN": "所有行均正常"},
    "checked": {"en": "checked {what}", "zh-CN": "已检查 {what}"},
    "init-done": {
        "en": "{folder} is ready. Try:\n  cd {folder}\n  csperf score --month 2025-06\n"
        "Then put your own exports in exports/, name them in csperf.yaml, "
        "and change rubrics/{rubric}.yaml to your scheme.",
        "zh-CN": "{folder} 已建好。试一试：\n  cd {folder}\n  csperf score --month 2025-06\n"
        "然后把自己的导出文件放进 exports/，在 csperf.yaml 里写上文件名，"
        "并把 rubrics/{rubric}.yaml 改成您的方案。",
    },
    "rows-behind": {"en": "{indicator}: {part}, {count} {count:row|rows}", "zh-CN": "{indicator}：{part}，{count} 行"},
    "inspect-file": {
        "en": "{file}: {encoding}, separator {separator}, header in row {row}, {columns} columns",
        "zh-CN": "{file}：编码 {encoding}，分隔符 {separator}，表头在第 {row} 行，共 {columns} 列",
    },
    "inspect-best": {
        "en": "looks like {format} (table {table}): {matched} of {wanted} columns found",
        "zh-CN": "像是 {format}（数据表 {table}）：{wanted} 列中找到 {matched} 列",
    },
    "inspect-unknown": {
        "en": "no known format fits; write a format file: columns: {{canonical name: header}}",
        "zh-CN": "没有匹配的已知格式；请写一个格式文件：columns: {{标准列名: 表头}}",
    },
    "head-accepted": {"en": "Accepted", "zh-CN": "有效"},
    "head-column": {"en": "Header", "zh-CN": "表头"},
    "head-canonical": {"en": "Canonical column", "zh-CN": "标准列"},
    "head-example": {"en": "First values", "zh-CN": "前几个值"},
    "head-title": {"en": "Title", "zh-CN": "名称"},
}
