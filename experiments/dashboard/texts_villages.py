"""What the map and the villages' pages say; English and Chinese."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    # -- the map
    "km_east": ("km east", "东向公里"),
    "km_north": ("km north", "北向公里"),
    "service_now": ("state", "状态"),
    "strength": ("collective", "村集体"),
    "colour_by": ("Colour", "颜色"),
    "by_service": ("What is offered that year", "当年的服务"),
    "by_class": ("How it stands at the end", "期末评价"),
    "play": ("▶ Play the years", "▶ 逐年播放"),
    "halt": ("■ Stop", "■ 停止"),
    "map_told": (
        "At the end of {year}: {serves} of {all} villages have a service ({meals} with meals), in {ended} it "
        "has ended, in {never} nothing began.",
        "{year} 年底：{all} 个村中 {serves} 个有服务（{meals} 个供餐），{ended} 个已结束，"
        "{never} 个从未开办。",
    ),
    "map_doors": (
        "At the end of {year} a station is open in {open} of {all} villages, {meals} of them with meals; in "
        "{neighbours} more neighbours help without one, in {ended} all has ended, in {never} nothing began.",
        "{year} 年底：{all} 个村中 {open} 个站点开放，其中 {meals} 个供餐；另有 {neighbours} 个村只有"
        "邻里互助，{ended} 个已全部结束，{never} 个从未开办。",
    ),
    "map_pale": ("Faint: no open station.", "淡色：站点未开放。"),
    "map_told_class": (
        "At the end of {year}: {viable} of {all} villages are viable.",
        "{year} 年底：{all} 个村中 {viable} 个可持续。",
    ),
    "map_how": (
        "One course of luck (seed). Shape: kind of village; size: elders. Click a village to see why.",
        "一种运气（种子）。形状：村庄类型；大小：老人数。点击村庄查看原因。",
    ),
    "map_title": ("End of {year}", "{year} 年底"),
    "to_why": ("Why? Village {name}", "为何？村庄 {name}"),
    "pick": ("Village", "村庄"),
    # -- the villages
    "villages_told": (
        "More often than not a station stays open in {likely} of {all} villages: most often in {best} "
        "({most} of 100 seeds), least in {worst} ({least}).",
        "{all} 个村中有 {likely} 个的站点多半能持续开放：最常见于{best}（每 100 个种子中 {most} 个），"
        "最少见于{worst}（{least} 个）。",
    ),
    "search": ("Find a village", "查找村庄"),
    "search_none": ("No village has that in its row.", "没有符合的村庄。"),
    "villages_how": (
        "Click a heading to sort, a row's box to see why. Shares are of the seeds; a station stays open when "
        "it is open at the end and in most of the last three years.",
        "点击表头排序，勾选一行查看原因。占比按种子计；“持续开放”指期末开放且最近三年大部分月份开放。",
    ),
    "v_name": ("village", "村"),
    "v_code": ("code", "区划代码"),
    "v_kind": ("kind", "类型"),
    "v_strength": ("collective", "村集体"),
    "v_open": ("stays open, %", "持续开放，%"),
    "v_viable": ("viable, %", "可持续，%"),
    "v_reason": ("commonest reason", "最常见原因"),
    "v_short": ("yuan short a year", "每年缺口（元）"),
    "v_takes": ("what it would take", "怎样才能留住"),
    "short_means": (
        "Yuan short: running cost less all that was paid in, for a year with a service; mean over seeds.",
        "缺口：有服务的一年中，运营成本减去全部到账资金；各种子均值。",
    ),
    "takes_means": (
        "What it would take: the first step with which it stays open in at least half of {seeds} seeds; each "
        "step holds those before it: {steps}.",
        "怎样才能留住：使其在 {seeds} 个种子的至少一半中持续开放的第一步；每一步包含此前各步：{steps}。",
    ),
    "takes_none": ("none of the steps", "各步均不足"),
    "work_takes": (
        "Work out what each would take (about {seconds} s)",
        "计算各村怎样才能留住（约 {seconds} 秒）",
    ),
    "get_villages_csv": ("This table (CSV)", "下载此表（CSV）"),
    "get_villages_xlsx": ("This table (xlsx)", "下载此表（xlsx）"),
    "own_head": ("Your own villages", "本县村庄"),
    "own_none": (
        "These are villages of a synthetic county. Put in a table of your own: names, and what you know.",
        "目前是合成县的村庄。可上传本县村庄表：村名，以及已知的情况。",
    ),
    "borders": ("Borders of your villages", "各村边界"),
    "borders_first": (
        "Borders for the map can be added once your own villages are in use.",
        "使用本县村庄表后，可再添加地图上的村界。",
    ),
    "borders_none": (
        "Drawn on the map; they change no figure. They are matched by the village's name or code.",
        "只画在地图上，不影响任何数字。按村名或区划代码对应。",
    ),
    "borders_used": (
        "Borders of {n} villages are on the map; they change no figure.",
        "地图上已有 {n} 个村的边界，不影响任何数字。",
    ),
    "borders_upload": (
        "Borders (GeoJSON, a zipped shapefile, or its .shp with .dbf and .prj together)",
        "村界（GeoJSON、压缩的 shapefile，或同时选 .shp、.dbf、.prj）",
    ),
    "borders_help": (
        "Degrees (WGS 84), or a shapefile whose .prj names its system. At most 2 MB. The files stay on this "
        "computer.",
        "经纬度（WGS 84），或由 .prj 说明坐标系的 shapefile；不超过 2 MB。文件不会离开本机。",
    ),
    "borders_template": ("Template of borders", "村界模板"),
    "borders_drop": ("Take the borders away", "移除村界"),
    "faults_head": (
        "{name}: {n} cells cannot be used, so nothing was changed. Mend them and upload again.",
        "{name}：{n} 个单元格无法使用，未作改动。请更正后重新上传。",
    ),
    "faults_more": ("The first {shown} of {n} are shown.", "共 {n} 处，仅列前 {shown} 处。"),
    "faults_above": (
        "The file could not be used: what is wrong stands at the top of the page.",
        "该文件无法使用：问题列在页面顶部。",
    ),
    "faults_close": ("Close", "关闭"),
}
