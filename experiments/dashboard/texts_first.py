"""What the first screen says: stories, the three sentences, the picture; English and Chinese."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "answer_head": (
        "Of 100 villages {opened} open a station by {year}; {lasting} keep it open to the end.",
        "到 {year} 年底，每 100 个村中有 {opened} 个开办过站点；一直开到期末的有 {lasting} 个。",
    ),
    "answer_funnel": (
        "Of the {opened} stations that open (95 % interval {opened_low} to {opened_high}), {lasting} "
        "({lasting_low} to {lasting_high}) are open to the end, and {viable} "
        "({viable_low} to {viable_high}) of them also pay their bills and serve those who need it.",
        "开办过的 {opened} 个站点（95% 区间 {opened_low} 至 {opened_high}）中，{lasting} 个"
        "（{lasting_low} 至 {lasting_high}）开放到期末，其中 {viable} 个（{viable_low} 至 {viable_high}）"
        "还能付清账单并服务到位。",
    ),
    "answer_service": (
        "In {years} years a village has {service} years with an open station, {tables} of them with meals; "
        "that adds {added} years of service to its elders ({added_low} to {added_high}), for {public} "
        "public yuan a village and year.",
        "{years} 年中，每村站点平均开放 {service} 年，其中供餐 {tables} 年；由此新增 {added} 个受服务老人年"
        "（{added_low} 至 {added_high}），每村每年公共支出 {public} 元。",
    ),
    "answer_lost": ("What stops the others: {ways}.", "其余村未达标的原因：{ways}。"),
    "answer_all": ("No village falls short.", "没有村庄未达标。"),
    "lost_never_opened": ("{n} never open", "{n} 个从未开办"),
    "lost_too_young": ("{n} open in the last three years only", "{n} 个最后三年才开办"),
    "lost_not_open": ("{n} open but do not stay open", "{n} 个开办后未能持续开放"),
    "lost_does_not_pay": ("{n} are open but do not pay their bills", "{n} 个开放但付不清账单"),
    "lost_does_not_serve": ("{n} are open and pay but serve too little", "{n} 个开放且付得起但服务不足"),
    "picture": ("100 villages at the end of {year}: each square is one", "{year} 年底的 100 个村：一格一村"),
    "is_viable": ("open, pays and serves", "开放、付得起且服务到位"),
    "is_does_not_serve": ("open and pays, serves too little", "开放且付得起，服务不足"),
    "is_does_not_pay": ("open, does not pay its bills", "开放，付不清账单"),
    "is_not_open": ("opened, did not stay open", "开办过，未能持续"),
    "is_too_young": ("opened in the last three years", "最后三年才开办"),
    "is_never_opened": ("never opened", "从未开办"),
    "stories": ("Four stories to begin with", "从四个故事开始"),
    "story_today": ("As today", "维持现状"),
    "story_fades": ("Subsidies fade from 2027", "补贴从 2027 年起退出"),
    "story_tourism": ("With village tourism", "加上乡村旅游"),
    "story_takes": ("What would it take?", "怎样才能过半？"),
    "about_today": (
        "Payers and rules as they are now.",
        "出资方与规则保持现状。",
    ),
    "about_fades": (
        "Operating subsidies fall to nothing within five years.",
        "运营补贴五年内减到零。",
    ),
    "about_tourism": (
        "Villages with scenery are offered a tourism business.",
        "有景观的村可以办乡村旅游。",
    ),
    "about_takes": (
        "Steps chosen by hand, added until half of the villages stay open.",
        "人工设定的措施逐项加上，直到半数村保持开放。",
    ),
    "story_number": ("**{lasting}** of 100 stay open", "每 100 村 **{lasting}** 个保持开放"),
    "this": ("this", "此方案"),
    "beside_today": ("**Beside “as today”:** {what}", "**与“维持现状”相比：** {what}"),
    "ladder": (
        "Steps added one after another: villages of 100 that stay open",
        "逐项加上的措施：每 100 村保持开放的村数",
    ),
    "ladder_order": (
        "The steps, their sizes and their order were put together by hand and are assumptions; each bar is "
        "what the model's runs come to with all steps so far. It is not the cheapest way: "
        "`experiment=what_it_takes` searches for the least money.",
        "各项措施、力度与次序由人工设定，属于假设；每根横条是加上此前全部措施后模型运行的结果。这不是最省的"
        "办法：`experiment=what_it_takes` 会寻找最少的资金。",
    ),
    "rung_today": ("as today", "维持现状"),
    "rung_money": (
        "+ government's running money doubled, it fills gaps first",
        "＋政府运营资金加倍并先补缺口",
    ),
    "rung_speed": ("+ roll-out three times as fast to 2030", "＋2030 年前推开速度三倍"),
    "rung_helpers": ("+ helpers trained and insured", "＋志愿者培训与保险"),
    "rung_organisers": (
        "+ cadres and elders' associations organise, money on time",
        "＋干部与老年协会组织，按时拨付",
    ),
    "rung_calls": ("+ villages call for helpers when short", "＋缺帮手时公开招募"),
    "stored": (
        "A stored answer, made {made} with {seeds} seeds. Change anything and it is worked out anew; "
        "Run adds villages, months and the map.",
        "这是 {made} 以 {seeds} 个种子算好的存储结果。改动任何设置即重新计算；"
        "点击“运行”可得到村庄、逐月与地图。",
    ),
    "by_seeds": ("Worked out here with {n} seeds.", "在本机以 {n} 个种子算得。"),
    "first_look": (
        "A first look: {done} of {seeds} seeds. Numbers still move.",
        "初步结果：{seeds} 个种子中的 {done} 个，数字还会变动。",
    ),
    "if_rules": (
        "What follows if the rules of the model hold; no forecast.",
        "这是规则成立时的结果，不是预测。",
    ),
}
