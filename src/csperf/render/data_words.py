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
    "column-missing-there": {
        "en": "source {source} has no column {column}; without it: {measures}, from the table's other sources alone",
        "zh-CN": "数据源 {source} 没有 {column} 列：{measures} 只按同一数据表的其他数据源计算",
    },
    "source-idle": {
        "en": "source {source} has no row in {period}, while others of table {table} do: is its file there and listed?",
        "zh-CN": "数据源 {source} 在 {period} 没有任何记录，而数据表 {table} 的其他数据源有："
        "文件是否已放好并列入 csperf.yaml？",
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
    "bots-by-name": {
        "en": "not scored, because their names are those of bots in csperf.yaml: {agents}",
        "zh-CN": "名字符合 csperf.yaml 中的机器人（bots），不参与评分：{agents}",
    },
    "agent-not-in-roster": {
        "en": "{agent} is in the data ({rows} {rows:row|rows}) but not in the roster: "
        "add them, or add this name to someone's aliases",
        "zh-CN": "数据中有“{agent}”（{rows} 行），但花名册里没有：请补录此人，或把这个名字加入某人的别名（aliases）",
    },
    "agent-not-in-roster-near": {
        "en": "{agent} is in the data ({rows} {rows:row|rows}) but not in the roster: "
        "add them, or add this name to someone's aliases; perhaps {near}",
        "zh-CN": "数据中有“{agent}”（{rows} 行），但花名册里没有：请补录此人，或把这个名字加入某人的别名（aliases）；"
        "可能是 {near}",
    },
    "report-beyond-period": {
        "en": "{source}: reports that cover {first} to {last} are not of {begin} to {end} alone; "
        "each counts as a whole where its first day lies",
        "zh-CN": "{source}：有报表覆盖 {first} 至 {last}，并非只含 {begin} 至 {end}；每份报表整体计入其首日所在的周期",
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
    "inspect-text": {
        "en": "encoding {encoding}, separator {separator}, header in row {row}, {columns} {columns:column|columns}",
        "zh-CN": "编码 {encoding}，分隔符 {separator}，表头在第 {row} 行，共 {columns} 列",
    },
    "inspect-excel": {
        "en": "Excel workbook, header in row {row}, {columns} {columns:column|columns}",
        "zh-CN": "Excel 工作簿，表头在第 {row} 行，共 {columns} 列",
    },
    "inspect-json": {
        "en": "JSON, {columns} {columns:field|fields}",
        "zh-CN": "JSON，共 {columns} 个字段",
    },
    "inspect-sure": {
        "en": "{format}, table {table}: {shared} of its {expected} headers are here",
        "zh-CN": "{format}，数据表 {table}：其 {expected} 个表头中找到 {shared} 个",
    },
    "inspect-likely": {
        "en": "probably {format}, table {table}: {shared} of its {expected} headers are here",
        "zh-CN": "可能是 {format}，数据表 {table}：其 {expected} 个表头中找到 {shared} 个",
    },
    "inspect-second": {"en": "; it could also be {format}", "zh-CN": "；也可能是 {format}"},
    "inspect-canonical": {"en": "csperf's own headers", "zh-CN": "csperf 自己的表头"},
    "inspect-template": {
        "en": "looks like {format}, for which there is only a template to complete: {shared} of its {expected} "
        "headers are here",
        "zh-CN": "像是 {format}，只有模板，需要补全：其 {expected} 个表头中找到 {shared} 个",
    },
    "inspect-unknown": {"en": "no known format fits", "zh-CN": "没有匹配的已知格式"},
    "inspect-unread": {
        "en": "{count} {count:column|columns} not read: {names}",
        "zh-CN": "不读取的 {count} 列：{names}",
    },
    "inspect-fed": {"en": "can be computed from it: {names}", "zh-CN": "可以计算：{names}"},
    "inspect-lacking": {"en": "cannot be computed from this file alone:", "zh-CN": "只凭此文件无法计算："},
    "inspect-lacks": {"en": "without {columns}: {measures}", "zh-CN": "缺少 {columns}：{measures}"},
    "inspect-file-name": {"en": "(file name)", "zh-CN": "（文件名）"},
    "inspect-always": {"en": "(always)", "zh-CN": "（固定）"},
    "inspect-times": {"en": "Times are shown in {zone}.", "zh-CN": "时间按 {zone} 显示。"},
    "inspect-zone": {
        "en": "Times say no zone. They are read in {zone}: {raw} is {value}, which is {utc}. If that is wrong, "
        "add zone: to the source, or say --zone.",
        "zh-CN": "时间没有写明时区，按 {zone} 读取：{raw} 即 {value}，也就是 {utc}。"
        "如不对，请在数据源里写 zone:，或用 --zone。",
    },
    "inspect-question": {"en": "To be said first: {question}", "zh-CN": "需要先说明：{question}"},
    "inspect-source": {"en": "For csperf.yaml (--write adds it):", "zh-CN": "写入 csperf.yaml（--write 会代为添加）："},
    "inspect-source-later": {
        "en": "For csperf.yaml (--write adds it once that is settled):",
        "zh-CN": "写入 csperf.yaml（上述问题解决后，--write 会代为添加）：",
    },
    "inspect-proposal": {
        "en": "A proposal for formats/{name}.yaml (table {table}); complete what stands in comments:",
        "zh-CN": "formats/{name}.yaml 的草稿（数据表 {table}），请补全注释中的内容：",
    },
    "inspect-nothing-known": {
        "en": "Hardly a header is known. Write a format file: columns: {{canonical name: header}}; "
        "docs/formats.md shows how.",
        "zh-CN": "几乎没有认识的表头。请写一个格式文件：columns: {{标准列名: 表头}}，写法见 docs/formats.md。",
    },
    "inspect-not-placed": {
        "en": "Which header holds {column}? Table {table} needs it.",
        "zh-CN": "哪个表头是 {column}？数据表 {table} 必须有它。",
    },
    "inspect-several-ways": {
        "en": "How is {column} ({header}) to be read? Its cells fit several ways:",
        "zh-CN": "{column}（{header}）应怎样读取？单元格有几种读法：",
    },
    "inspect-one-way": {
        "en": "Is {header} really {column}? Its bare numbers would be read so:",
        "zh-CN": "{header} 确实是 {column} 吗？其中的纯数字将这样读取：",
    },
    "inspect-no-way": {
        "en": "{column} ({header}) cannot be read as it stands: {examples}",
        "zh-CN": "{column}（{header}）无法按原样读取：{examples}",
    },
    "inspect-no-values": {
        "en": "{column} ({header}) has no values to tell how it is to be read",
        "zh-CN": "{column}（{header}）没有值，无法判断怎样读取",
    },
    "inspect-there": {
        "en": "{file}: source {source} of csperf.yaml has it already",
        "zh-CN": "{file}：csperf.yaml 的数据源 {source} 里已有",
    },
    "inspect-added": {
        "en": "{file}: added to csperf.yaml as source {source}",
        "zh-CN": "{file}：已加入 csperf.yaml，数据源 {source}",
    },
    "inspect-joined": {
        "en": "{file}: added to the files of source {source} in csperf.yaml",
        "zh-CN": "{file}：已加入 csperf.yaml 中数据源 {source} 的文件",
    },
    "inspect-open": {
        "en": "{file}: not added, as something is open (see above): settle it and run this again, with --dates, "
        "--zone, --marketplace or --encoding where one answers it; or write a line more in the source:",
        "zh-CN": "{file}：未添加，上述问题尚未解决。解决后再运行一次（可用 --dates、--zone、--marketplace、--encoding "
        "回答），或在数据源里多写一行：",
    },
    "inspect-unsure": {
        "en": "{file}: not added, as it is only probably what it looks like; if it is, add to the sources:",
        "zh-CN": "{file}：未添加，只是可能是该格式；如果确实是，请加到 sources：",
    },
    "inspect-not-known": {
        "en": "{file}: not added, as no known format fits; complete the format file first",
        "zh-CN": "{file}：未添加，没有匹配的已知格式；请先补全格式文件",
    },
    "inspect-by-hand": {
        "en": "{file}: csperf.yaml is written in a way that lines cannot be put into; add these to its sources:",
        "zh-CN": "{file}：csperf.yaml 的写法无法自动插入；请把这几行加到 sources：",
    },
    "inspect-format-there": {
        "en": "{file}: not added, as formats/{source}.yaml is there already and does not fit it",
        "zh-CN": "{file}：未添加，已有 formats/{source}.yaml，但与它不符",
    },
    "head-in-file": {"en": "In the file", "zh-CN": "文件中"},
    "head-read-as": {"en": "Read as", "zh-CN": "读作"},
    "head-left-out": {"en": "Left out", "zh-CN": "略去"},
    "head-accepted": {"en": "Accepted", "zh-CN": "有效"},
    "head-column": {"en": "Header", "zh-CN": "表头"},
    "head-canonical": {"en": "Canonical column", "zh-CN": "标准列"},
    "head-title": {"en": "Title", "zh-CN": "名称"},
    "head-format": {"en": "Format", "zh-CN": "格式"},
    "head-table": {"en": "Table", "zh-CN": "数据表"},
    "format-template": {"en": "template", "zh-CN": "模板"},
}
