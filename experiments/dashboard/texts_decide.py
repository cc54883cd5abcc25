"""What the pages say on what it would take, where it fails, and when to change; English and Chinese."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "tab_takes": ("What would it take?", "怎样才能过半？"),
    "tab_fails": ("Where does it fail?", "何处失败？"),
    "tab_change": ("When to change?", "何时调整？"),
    "more_command": ("The whole study, with figures and a report:", "完整研究（含图与报告）："),
    # -- what would it take
    "ladder_met": (
        "To keep a station open in {target} of 100 villages (now {now}) takes: {steps}. Then it is {then}.",
        "要使每 100 个村有 {target} 个站点持续开放（现为 {now} 个），需要：{steps}。届时为 {then} 个。",
    ),
    "ladder_never": (
        "None of these steps keeps a station open in {target} of 100 villages: now it is {now}, at best "
        "{best}.",
        "这些措施都不能使每 100 个村有 {target} 个站点持续开放：现为 {now} 个，最多 {best} 个。",
    ),
    "ladder_already": (
        "A station stays open in {now} of 100 villages as things are: the target of {target} is met.",
        "照现在的设定，每 100 个村有 {now} 个站点持续开放：已达到 {target} 个的目标。",
    ),
    "ladder_ask": ("Climb the ladder (about {seconds} s)", "逐步加码计算（约 {seconds} 秒）"),
    "ladder_seeds": (
        "{seeds} seeds a step, on the settings of this scenario.",
        "每步 {seeds} 个种子，基于本方案的设定。",
    ),
    "lever_head": ("One lever by itself", "单独调一个杠杆"),
    "lever": ("Lever", "杠杆"),
    "lever_ask": ("Draw its curve (about {seconds} s)", "画出曲线（约 {seconds} 秒）"),
    "lever_none": ("No lever acts with these settings.", "当前设定下没有可用的杠杆。"),
    "lever_moves": (
        "“{lever}” from {low} to {high} moves the villages whose station stays open from {at_low} to "
        "{at_high} of 100 (under the same luck {gap} more, 95 %: {from_} to {to}; as set: {now}).",
        "“{lever}”由 {low} 到 {high}，每 100 个村站点持续开放的由 {at_low} 个变为 {at_high} "
        "个（相同运气下相差 {gap}，95%：{from_} 至 {to}；现设定：{now} 个）。",
    ),
    "lever_unsure": (
        "“{lever}” from {low} to {high}: a station stays open in {at_low} to {at_high} of 100 villages (as "
        "set: {now}); the difference under the same luck, {gap} ({from_} to {to}), may be none.",
        "“{lever}”由 {low} 到 {high}：每 100 个村 {at_low} 至 {at_high} 个站点持续开放（现设定：{now} "
        "个）；相同运气下相差 {gap}（{from_} 至 {to}），可能并无差别。",
    ),
    "lever_met": (
        "It reaches {target} of 100 from {value} on.",
        "自 {value} 起达到 {target} 个。",
    ),
    "lever_never": (
        "By itself it never reaches {target} of 100.",
        "单凭此项达不到 {target} 个。",
    ),
    "lever_axis": (
        "Villages of 100 whose station stays open",
        "每 100 个村站点持续开放数",
    ),
    "lever_yuan": (
        "Public yuan a village and year",
        "每村每年公共支出（元）",
    ),
    "tip_lasting": ("stay open, of 100", "持续开放（每 100）"),
    "tip_low": ("from", "下限"),
    "tip_high": ("to", "上限"),
    "watch_try": ("Try it: {policy}", "试一试：{policy}"),
    "watch_try_help": (
        "Puts a policy that waits for such a sign on a copy of the scenario, to compare.",
        "在方案副本中加入等待此类信号的政策，以便比较。",
    ),
    "tip_step": ("step", "措施"),
    "tip_more": ("more than before", "比上一步增加"),
    "tip_gap_mean": ("difference", "差异"),
    "tip_gap_low": ("from (95 %)", "下限（95%）"),
    "tip_gap_high": ("to (95 %)", "上限（95%）"),
    "tip_median": ("median", "中位数"),
    "tip_yuan": ("public yuan", "公共支出（元）"),
    "lever_note": (
        "Line: mean; band: 95 % interval over {seeds} seeds; dashes: half of the villages; grey rule: as "
        "set.",
        "线：均值；带：{seeds} 个种子的 95% 区间；虚线：半数；灰线：现设定。",
    ),
    # -- where does it fail
    "fails_most": (
        "It fails most in {where}: in {n} of 100 no station stays open (most often: {why}); least in "
        "{least} ({m} of 100).",
        "{where}最易失败：每 100 个有 {n} 个站点未能持续开放（最常见：{why}）；{least}最少（{m} 个）。",
    ),
    "fails_alike": (
        "It fails alike in all kinds of village: in {n} of 100 no station stays open.",
        "各类村庄的失败程度相同：每 100 个有 {n} 个站点未能持续开放。",
    ),
    "cell": ("{kind} villages with a {strength} collective", "集体经济{strength}的{kind}村"),
    "fails_chart": (
        "Villages of 100 in which no station stays open, by kind and strength of the collective, and why",
        "每 100 个村站点未能持续开放数，按村庄类型与村集体强弱，及原因",
    ),
    "fails_axis": (
        "fail, of 100",
        "失败数（每 100）",
    ),
    "fails_runs": ("villages and seeds", "村×种子"),
    "conditions_head": ("Under which conditions?", "在什么条件下？"),
    "conditions_about": (
        "What is not known differs from future to future. Is there a range of few of these unknowns in "
        "which the plan mostly fails?",
        "未知因素在各种未来中不同。是否存在少数几个未知因素的某个范围，使方案多半失败？",
    ),
    "conditions_ask": (
        "Look at {n} futures (about {seconds} s)",
        "查看 {n} 种未来（约 {seconds} 秒）",
    ),
    "conditions_chart": (
        "Each dot is a future; the box is where it fails",
        "每点为一种未来；方框为失败的范围",
    ),
    "failed": ("fails", "失败"),
    "holds": ("holds", "成立"),
    "open_share": ("stations open at the end, %", "期末开放的站点，%"),
    # -- when to change
    "course_falls": (
        "Most stations are open around {year}: {most} of 100 villages have one; at the end {end} do. What "
        "is to be changed is best changed before.",
        "{year} 年前后开放的站点最多：每 100 个村有 {most} 个；期末为 {end} 个。若要调整，宜在此之前。",
    ),
    "course_rises": (
        "The number of open stations does not fall: {first} of 100 villages have one in the first year, "
        "{end} in the last.",
        "开放的站点没有减少：第一年每 100 个村有 {first} 个，最后一年 {end} 个。",
    ),
    "course_chart": ("Villages with an open station, %", "站点开放的村，%"),
    "course_note": (
        "Line: median over {seeds} seeds; band: nine tenths of them; the numbers above are means of the line "
        "over twelve months. Counted here is every open station, however new. On the first page a station "
        "stays open if it opened three years before the end or earlier and hardly ever stopped since, as a "
        "mean over seeds: so its number is another.",
        "线：{seeds} 个种子的中位数；带：其中九成；上文数字为该线十二个月的均值。此处凡开放的站点都计入，"
        "不论新旧；"
        "首页的“开放到期末”只计期末三年前已开办、此后几乎未中断的站点，并取各种子的均值，因而数字不同。",
    ),
    "watch_head": ("What to watch in a village", "村里该看什么"),
    "watch_best": (
        "Watch “{what}”: below {bound}, act. It gave the alarm in {hit} of 100 months before a closure "
        "(typically {lead} months ahead), and in {false} of 100 other months for nothing.",
        "关注“{what}”：低于 {bound} 时应行动。关闭前的月份中每 100 个月有 {hit} 个月报警（通常提前 {lead} "
        "个月），其他月份每 100 个月误报 {false} 个月。",
    ),
    "watch_none": (
        "No signpost warns of closures better than chance in these runs, or too few stations closed to "
        "judge.",
        "在这些运行中没有一个指标比偶然更能预警关闭，或关闭的站点太少而无法判断。",
    ),
    "watch_chart": ("Alarms of each signpost, % of months", "各指标报警的月份占比，%"),
    "watch_hit": ("before a closure: warned", "关闭前：报警"),
    "watch_false": ("otherwise: false alarm", "其他月份：误报"),
    "watch_note": (
        "A closure within {months} months is to be foretold. Each threshold was chosen on half of the seeds"
        " and judged on the other half; bars: 95 %.",
        "需预警的是 {months} 个月内的关闭。各阈值由一半种子选定，由另一半检验；横线：95%。",
    ),
    "watch_ask": ("Look for warnings (about {seconds} s)", "查找预警（约 {seconds} 秒）"),
}
