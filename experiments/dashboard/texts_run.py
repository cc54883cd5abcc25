"""What is said about settings, their levels, and running; English and Chinese."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "level": ("What to set", "设置内容"),
    "level_offer": ("Who pays, what is offered", "谁出资、提供什么"),
    "level_village": ("The village", "村庄"),
    "level_all": ("Everything", "全部参数"),
    "rest": ("Takes the rest", "补足余数者"),
    "lock": ("lock", "锁定"),
    "shares_help": (
        "Shares of cost in percent, together 100. What is locked stays; one payer takes the rest: {rest}.",
        "成本分担（%），合计 100。锁定者不变；由一方补足余数：{rest}。",
    ),
    "undo": ("Undo", "撤销"),
    "reset": ("Reset", "重置"),
    "undo_help": ("One step back", "退回一步"),
    "reset_help": ("Put this scenario back to the default county", "将本方案恢复为默认县"),
    "beside": ("Compare", "对照"),
    "beside_help": (
        "Keep this scenario in sight and set another beside it, up to four",
        "保留本方案，另设一个方案对照，最多四个",
    ),
    "live": ("Answer at every change", "改动即算"),
    "live_help": (
        "Runs begin as soon as something changes, where they take less than {seconds} seconds.",
        "若预计不到 {seconds} 秒，改动后立即运行。",
    ),
    "estimate": ("about {seconds} s", "约 {seconds} 秒"),
    "up_to_date": ("up to date", "结果已是最新"),
    "waits": ("Acts only where {what}.", "仅当{what}时起作用。"),
    "is": ("{name} is {value}", "{name}为{value}"),
    "is_not": ("{name} is not {value}", "{name}不为{value}"),
    "or": (" or ", "或"),
    "on": ("on", "开"),
    "off": ("off", "关"),
    "find": ("Find a setting", "查找参数"),
    "find_none": ("No setting has that word.", "没有含该词的参数。"),
    "runs": ("Runs", "运行次数"),
    "address_fault": (
        "The address could not be read, so the default county is shown: {what}",
        "地址中的设置无法读取，已显示默认县：{what}",
    ),
    "files_about": (
        "The report holds pictures and sentences for a meeting and takes a quarter of a minute; the CSV has "
        "a row for each village and seed; the workbook all tables; the scenario these settings, to be "
        "loaded again.",
        "报告含图与文字，可供会议使用，约需十几秒；CSV 中每村每种子一行；工作簿含全部表格；"
        "方案文件为这些设置，可再次载入。",
    ),
    "as_table": ("The same as a table", "以表格查看"),
    "address_note": (
        "The address of this page holds the settings: copy it to share them.",
        "本页地址包含全部设置：复制即可分享。",
    ),
    "address_villages": (
        "Your own villages are not in the address: save the scenario instead.",
        "自有村庄表不写入地址：请保存方案文件。",
    ),
    "empty_now": ("Nothing has been run yet. Press Run.", "尚未运行。请点击“运行”。"),
    "need_run": (
        "Press Run to see this; so far there is the stored answer only.",
        "请先点击“运行”；目前只有存储的结果。",
    ),
}
LABELS = {  # short English names
    "funding.residual": "Who is asked for what nobody gives",
    "government.operating_envelope": "County's running money a village",
    "government.construction_envelope": "County's building money a village",
}
