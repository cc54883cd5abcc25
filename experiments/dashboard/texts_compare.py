"""What the compare page says; English and Chinese."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "verdict_keeps": (
        "{name} keeps {amount} of 100 villages open to the end",
        "“{name}”到期末保持开放的村，每 100 个{amount}",
    ),
    "verdict_adds": (
        "adds {amount} years of service to a village's elders",
        "每村老人受服务年数{amount}",
    ),
    "verdict_costs": (
        "costs the public {amount} yuan a village and year",
        "每村每年公共支出（元）{amount}",
    ),
    "amount_more": ("{n} more ({low} to {high})", "多 {n}（{low} 至 {high}）"),
    "amount_fewer": ("{n} fewer ({low} to {high})", "少 {n}（{low} 至 {high}）"),
    "amount_less": ("{n} less ({low} to {high})", "少 {n}（{low} 至 {high}）"),
    "amount_more_unsure": ("{n} more (not sure)", "多 {n}（不确定）"),
    "amount_fewer_unsure": ("{n} fewer (not sure)", "少 {n}（不确定）"),
    "amount_less_unsure": ("{n} less (not sure)", "少 {n}（不确定）"),
    "amount_same": ("as many", "相同"),
    "amount_same_sum": ("the same", "相同"),
    "verdict_join": ("{keeps}; it {adds}, and {costs}.", "相比之下，{keeps}；{adds}；{costs}。"),
    "verdict_note": (
        "Compared with {name} under the same luck, seed by seed. In brackets the 95 % interval; "
        "“not sure” where it holds zero.",
        "与“{name}”在相同运气下逐个种子比较。括号内为 95% 区间；区间含零时写“不确定”。",
    ),
    "differs": ("What differs between the scenarios", "各方案有何不同"),
    "differs_not": ("The scenarios are set alike.", "各方案设置相同。"),
    "compare_run": ("Press Run to see what they come to.", "请点击“运行”查看各方案结果。"),
    "setting": ("setting", "设置"),
    "results_table": ("What they come to", "各方案的结果"),
    "measure": ("measure", "指标"),
    "gap": ("{name} less {base}", "{name} 减 {base}"),
    "better": ("better", "更好"),
    "worse": ("worse", "更差"),
    "unsure": ("not sure", "不确定"),
    "same": ("the same", "相同"),
    "unit_villages": ("Villages of 100", "每 100 村"),
    "unit_years": ("Years a village", "每村年数"),
    "unit_elder_years": ("Elder-years a village", "每村老人年"),
    "unit_yuan_year": ("Yuan a village and year", "每村每年（元）"),
    "unit_yuan": ("Yuan an elder-year", "每老人年（元）"),
    "unit_percent": ("Percent", "百分比"),
    "gaps_title": (
        "Difference from {name}, one scale per unit: ▲ better, ▼ worse, ○ not sure",
        "与“{name}”的差别，每种单位同一标尺：▲ 更好，▼ 更差，○ 不确定",
    ),
    "strip_open": ("{n} of 100 stay open", "每 100 村 {n} 个保持开放"),
    "strip_served": ("{n} added elder-years", "新增 {n} 老人年"),
    "strip_stale": ("settings have changed since", "此后设置已更改"),
    "strip_none": ("not run yet", "尚未运行"),
    "strip_shown": ("being set", "正在设置"),
    "set_beside": ("Set another beside it", "另设一个方案对照"),
    "own_villages": ("a table of {n} villages", "{n} 个村的表格"),
    "m_service": ("Years with an open station, a village", "每村站点开放年数"),
    "m_public_year": ("Public yuan a village and year", "每村每年公共支出（元）"),
}
