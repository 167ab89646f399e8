"""Words of views that others may see, in both languages."""

from __future__ import annotations

RUN_WORDS: dict[str, dict[str, str]] = {
    "head-pseudonym": {"en": "Pseudonym", "zh-CN": "代号"},
    "key-made": {
        "en": "made the key of the pseudonyms, {file}. Keep it: with another key everybody has another pseudonym. "
        "Keep it private: who has it can tell who is who.",
        "zh-CN": "已生成代号密钥 {file}。请妥善保存：换了密钥，所有代号都会改变。请勿外传：持有者可以查出代号是谁。",
    },
    "remarks-left-out": {
        "en": "{count} {count:remark|remarks} that {count:names|name} people {count:is|are} left out; "
        "csperf score without --agent or --anonymous has {count:it|them}",
        "zh-CN": "略去 {count} 条提到人员的提醒；不加 --agent 或 --anonymous 的 csperf score 会显示",
    },
}
