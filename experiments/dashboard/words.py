"""What the dashboard says, in English and Chinese.

Chinese names of sections, parameters and units stand in parameters_zh.yaml.
"""

from __future__ import annotations

from experiments.report import style
from sim.state.parameters import GRADES, Declaration

LANGUAGES = {"en": "English", "zh": "中文"}

SAID: dict[str, tuple[str, str]] = {
    "title": ("Who pays, and does village mutual aid last?", "谁来出资，农村互助养老能否持续？"),
    "what": (
        "Set who pays and the rules on the left, press **Run**, compare. The model plays a county of "
        "villages month by month to {year}; "
        "results say what follows if its rules hold. They are not a forecast.",
        (
            "在左侧设定由谁出资及各项规则，点击 **运行**，然后比较。模型按月模拟一个县的村庄直到 {year} "
            "年；结果是“如果这些规则成立会怎样”，不是预测。"
        ),
    ),
    "size": (
        (
            "{villages} villages of about {elders} elders, {start} to {end}, {seeds} seeds (a seed is one "
            "course of luck; all scenarios meet the same)."
        ),
        (
            "{villages} 个村，每村约 {elders} 位老人，{start} 至 {end}，{seeds} 个种子（"
            "一个种子是一种运气；各方案遇到相同的运气）。"
        ),
    ),
    "strata": (
        "One village of each kind and strength, weighted to how common they are.",
        "每类村庄各一个，按其普遍程度加权。",
    ),
    "narrow": ("Settings are behind » at the top left.", "设置在左上角 » 处。"),
    "scenario": ("Scenario", "方案"),
    "name": ("Name", "名称"),
    "copy": ("Copy", "复制"),
    "remove": ("Remove", "删除"),
    "run": ("Run", "运行"),
    "cancel": ("Cancel", "取消"),
    "running": ("Running {done} of {all}", "正在运行 {done} / {all}"),
    "starting": (
        "Starting the model; the first time on a computer this takes about a minute.",
        "正在启动模型；在一台电脑上首次启动约需一分钟。",
    ),
    "cancelled": (
        "Cancelled. {done} runs are kept; Run goes on from there.",
        "已取消，保留 {done} 次运行；再次点击“运行”会继续。",
    ),
    "empty": (
        "Nothing has been run yet. Press Run: about {seconds} seconds.",
        "尚未运行。请点击“运行”：约 {seconds} 秒。",
    ),
    "stale": (
        "Settings have changed since this scenario was run. Press Run.",
        "设置已更改，请重新点击“运行”。",
    ),
    "failed": ("{n} runs failed. The first said: {what}", "{n} 次运行失败。首个错误：{what}"),
    "county": ("County", "县"),
    "payers": ("Who pays", "由谁出资"),
    "business": ("“+” business", "“互助养老+”产业"),
    "timebank": ("Time bank", "时间银行"),
    "policy": ("Service and policies", "服务与政策"),
    "shock": ("Shocks", "冲击"),
    "more": ("All other values", "其他参数"),
    "file": ("Save and load", "保存与载入"),
    "section": ("Part of the model", "模型部分"),
    "policies": ("Policies, in the order chosen", "政策（按所选顺序生效）"),
    "policies_help": (
        (
            "Each changes values from a date on; what stands below holds until then. Sizes are mostly "
            "assumptions (configs/policy/)."
        ),
        "每项政策自某日起改变若干参数，此前以下方设定为准。幅度多为假设（configs/policy/）。",
    ),
    "preset": ("Start from", "预设"),
    "own": ("own setting", "自定义"),
    "shares": (
        "Shares of cost, %. They sum to 100: moving one rescales the others.",
        "成本分担（%），合计 100：移动一项，其余按比例调整。",
    ),
    "shares_used": ("In use: {shares}", "当前采用：{shares}"),
    "upload": ("Villages of your own county (CSV)", "上传本县村庄表（CSV）"),
    "template": ("Template", "模板"),
    "upload_help": (
        (
            "Fill in the template; leave blank what you do not know, it is then drawn. The file stays on "
            "this computer."
        ),
        "填写模板；不清楚的可留空，由模型抽取。文件不会离开本机。",
    ),
    "uploaded": ("{n} villages are in use.", "已使用 {n} 个村庄。"),
    "faults": (
        "{n} cells cannot be used; the villages were left as they were.",
        "{n} 个单元格无法使用；村庄未改动。",
    ),
    "row": ("row", "行"),
    "column": ("column", "列"),
    "stands": ("stands there", "现有内容"),
    "allowed": ("allowed", "允许"),
    "drop": ("Back to a synthetic county", "恢复为合成县"),
    "seeds": ("Seeds", "种子数"),
    "draws": ("Draw uncertain values anew for each seed", "每个种子重新抽取不确定参数"),
    "draws_help": (
        "Adds what is not known to the interval, not luck alone.",
        "区间除运气外还包含参数的不确定性。",
    ),
    "tab_result": ("Result", "结果"),
    "tab_compare": ("Compare", "比较"),
    "tab_time": ("Over time", "随时间"),
    "tab_map": ("Map", "地图"),
    "tab_why": ("Why did it close?", "为何关闭？"),
    "tab_files": ("Download", "下载"),
    "headline": (
        "{mean} of 100 villages are viable at the end of {year}",
        "到 {year} 年底，每 100 个村中有 {mean} 个可持续",
    ),
    "interval": ("95 % interval {low} to {high}; {n} seeds.", "95% 区间 {low} 至 {high}；{n} 个种子。"),
    "viable_means": (
        (
            "Viable: three years in service, never closed, bills paid, at least 60 % of eligible hours "
            "and 80 % of visits delivered (thresholds are parameters)."
        ),
        "可持续：服务满三年、未曾关闭、账单付清、至少完成 60% 的应助时数和 80% 的探访（阈值为参数）。",
    ),
    "m_viable": ("Villages viable, %", "可持续村庄，%"),
    "m_closed": ("Villages that closed, %", "曾关闭村庄，%"),
    "m_hours": ("Eligible hours met, %", "应助时数满足率，%"),
    "m_public": ("Public yuan per elder-year helped", "每受助老人年公共支出（元）"),
    "why_not": ("Why villages miss the mark", "未达标的原因"),
    "nobody": ("No village misses the mark.", "所有村庄均达标。"),
    "share_failures": ("share of failures, %", "占未达标的比例，%"),
    "end_of": ("Villages at the end of {year}, %", "{year} 年底的村庄，%"),
    "paid_by": ("Who paid for running the service, %", "运营费用由谁支付，%"),
    "compare_need": (
        "Add a scenario on the left (Copy), change it and run to compare up to four.",
        "在左侧复制一个方案并修改、运行，最多可比较四个。",
    ),
    "against": (
        "Difference from {name}, seed by seed under the same luck",
        "与“{name}”的差别（相同运气下逐个种子比较）",
    ),
    "sure": (
        "dot: mean; bar: 95 % interval. A bar that does not touch zero is a sure difference in this model.",
        "点：均值；线：95% 区间。不触及零的线表示在本模型中差别可靠。",
    ),
    "unmatched": (
        "{name} has other seeds and is left out of the differences.",
        "“{name}”的种子不同，不计入差别。",
    ),
    "by_year": ("Villages by class at each year's end, %", "每年年底各类村庄，%"),
    "path": ("Month by month", "逐月"),
    "fan": (
        "line: median seed; bands: half and nine tenths of the seeds",
        "线：中位数；带：50% 与 90% 的种子",
    ),
    "p_in_service": ("Villages in service, %", "在服务的村庄，%"),
    "p_volunteers": ("Volunteers a village", "每村志愿者"),
    "p_diners": ("Diners a village", "每村用餐者"),
    "p_mutual_hours": ("Hours of mutual aid a village", "每村互助小时"),
    "p_cost": ("Running cost a village, yuan", "每村运营成本（元）"),
    "p_cash": ("Cash of a village, yuan", "每村现金（元）"),
    "year": ("Year", "年份"),
    "seed": ("Seed", "种子"),
    "village": ("Village", "村庄"),
    "kind": ("kind", "类型"),
    "elders": ("elders", "老人"),
    "class": ("state", "状态"),
    "map_note": (
        "One run; colour is the class at the end of {year}, size the number of elders.",
        "一次运行；颜色为 {year} 年底的状态，大小为老人数。",
    ),
    "often": ("viable in % of seeds", "可持续的种子占比，%"),
    "km": ("km", "公里"),
    "no_closure": (
        "No village closed in any run of this scenario. Choose any village to see its money.",
        "本方案中没有村庄关闭。可任选一个村查看其收支。",
    ),
    "closed_in": (
        "Closed in {month}. In the twelve months before: {cause}.",
        "{month} 关闭。此前十二个月：{cause}。",
    ),
    "reopened": ("It opened again later.", "后来重新开放。"),
    "is_now": ("At the end: {verdict}.", "期末：{verdict}。"),
    "missed": ("What it missed at the end: {what}.", "期末未达到：{what}。"),
    "before": ("Yuan in the twelve months before", "此前十二个月（元）"),
    "last": ("Yuan in the last twelve months", "最后十二个月（元）"),
    "cost": ("running cost", "运营成本"),
    "pledged": ("pledged", "承诺"),
    "paid_in": ("paid in", "实付合计"),
    "cash": ("cash", "现金"),
    "payables": ("unpaid bills", "未付账单"),
    "yuan": ("yuan a month", "元/月"),
    "yuan_stock": ("yuan", "元"),
    "chart_money": (
        "Money that came in (columns) and running cost (line), by month",
        "每月到账资金（柱）与运营成本（线）",
    ),
    "chart_cash": ("Cash and unpaid bills", "现金与未付账单"),
    "save": ("Save scenario (YAML)", "保存方案（YAML）"),
    "load": ("Load a scenario (YAML)", "载入方案（YAML）"),
    "loaded": ("Loaded as {name}.", "已载入为“{name}”。"),
    "full": ("Four scenarios are on the table: remove one first.", "已有四个方案：请先删除一个。"),
    "command": ("The same runs, byte for byte, on the command line:", "在命令行得到逐字节相同的结果："),
    "report": ("Report (HTML)", "报告（HTML）"),
    "csv": ("Villages (CSV)", "村庄（CSV）"),
    "xlsx": ("Workbook (xlsx)", "工作簿（xlsx）"),
}

LABELS = {  # short English names; other parameters show what their declaration says
    "county.villages": "Villages",
    "county.elders": "Elders a village (mean)",
    "horizon.end": "Last month",
    "county.facility_share": "Villages with a service at the start",
    "funding.rule": "Rule",
    "funding.share_government": "Government",
    "funding.share_collective": "Village collective",
    "funding.share_families": "Families",
    "funding.share_society": "Society",
    "funding.match": "Government's yuan per yuan of the others",
    "funding.per_meal": "Paid per meal",
    "funding.per_hour": "Paid per hour",
    "funding.per_visit": "Paid per visit",
    "funding.taper": "Seed money tapers over",
    "funding.point": "Pledges must reach",
    "funding.reserve": "Reserve above which nobody pledges",
    "government.ceiling": "Government pays at most",
    "government.build_grant": "Government's building grant",
    "business.kind": "Business",
    "business.payer": "Who pays the set-up money",
    "business.start": "Starts in month",
    "business.care_share": "Share of profit for care",
    "timebank.on": "Time bank",
    "timebank.credit_per_hour": "Credit for an hour given",
    "timebank.price_per_hour": "Credit for an hour received",
    "timebank.welcome": "Welcome credit",
    "timebank.overdraft": "Overdraft",
    "timebank.expiry": "Credits that expire",
    "timebank.levy": "Levy on balances",
    "timebank.hour_fee": "Cash price of an hour",
    "timebank.exempt_special": "Special-difficulty elders need no credit",
    "canteen.on": "Canteen",
    "organisation.training": "Training of volunteers",
    "organisation.insured": "Insurance of volunteers",
    "organisation.honours": "Honours",
    "organisation.publicity": "Publicity",
    "participation.stipend": "Stipend of volunteers",
    "matching.platform": "Matching: 0 own zone, 1 village",
    "facilities.openings": "Villages that come up a year",
    "shocks.on": "Shocks",
    "shocks.budget_cut": "Budget cut",
    "shocks.tourism_crash": "Tourism crash",
    "shocks.harvest_failure": "Failed harvest",
    "shocks.donor_loss": "Main donor stops",
    "shocks.scheduled": "Shock on a date",
    "shocks.scheduled_month": "Month of that shock",
}
CHINESE = {
    "fixed_shares": "固定比例",
    "matching": "配套",
    "gap_filler": "补缺口",
    "per_service": "按服务付费",
    "tapering": "递减",
    "provision_point": "达标才付",
    "none": "无",
    "default": "默认",
    "stratified": "十二类村庄",
    "one_village": "一个村",
    "families_pay": "家庭为主",
    "feixiang": "肥乡（集体＋补贴）",
    "four_payers": "四方各出一些",
    "government_led": "政府主导",
    "identical_payers": "四方等同（对照）",
    "jiangxi": "江西（老人＋政府）",
    "no_money": "无资金（对照）",
    "seed_taper": "启动资金递减",
    "society_led": "社会主导",
    "agriculture": "特色农业",
    "deposit": "存款（对照）",
    "handicraft": "特色手工业",
    "portfolio": "全部适合的产业",
    "tourism": "乡村旅游",
    "generous": "宽松",
    "off": "关闭",
    "strict": "严格",
    "plain": "普通",
    "visits_only": "只探访",
    "budget_cut": "预算削减",
    "donor_loss": "捐助者退出",
    "harvest_failure": "歉收",
    "tourism_crash": "旅游骤降",
    "government": "政府",
    "collective": "村集体",
    "families": "家庭",
    "society": "社会",
    "business": "产业",
    "upload": "自有村庄表",
    "viable": "可持续",
    "under_serving": "服务不足",
    "recovered": "曾关闭后恢复",
    "closed": "已关闭",
    "too_young": "开办太晚",
    "never_opened": "从未开办",
    "scenic": "景区",
    "craft": "手工艺",
    "near_town": "近城镇",
    "weak": "薄弱",
    "middle": "中等",
    "rich": "富裕",
    "yes": "是",
    "no": "否",
    "money": "欠账（资金）",
    "users": "用户太少",
    "helpers": "志愿者太少",
    "leader": "无带头人",
    "bills or long cuts": "欠账或长期缩减",
    "too few hours": "时数太少",
    "too few visits": "探访太少",
    "never opened": "从未开办",
    "opened too late": "开办太晚",
    "closed: money": "关闭：资金",
    "closed: users": "关闭：用户",
    "closed: helpers": "关闭：志愿者",
    "closed: leader": "关闭：带头人",
    "assistance_posts": "助老岗位",
    "build_more": "加大建设补助",
    "cadre_association": "村干部与老年协会",
    "collective_funds": "集体经济出资",
    "community_conventions": "村规民约",
    "credit_guarantee": "积分兜底",
    "lighter_fees": "减轻家庭负担",
    "oldest_free": "高龄免费用餐",
    "operating_subsidy": "运营补贴",
    "pay_on_time": "按时拨付",
    "price_indexation": "补贴随物价调整",
    "rollout_push": "加快推开",
    "society_pairing": "社会力量结对",
    "taper_2027": "2027 年起递减",
    "theme_days": "主题日",
    "training_insurance": "培训与保险",
    "copying": "照搬做法",
    "day_care": "日间照料",
    "partners": "结对伙伴",
    "big": "试点地区（175 个村）",
    "rollout": "按申请逐步推开",
    "2019": "2019 年",
    "2023": "2023 年",
    "buildings": "房舍：择最省者",
    "chain": "连锁机构运营",
    "choosing": "村庄自选运营方",
    "guiding_institution": "机构指导",
    "home": "村内小型养老之家",
    "organised": "全部组织机制",
    "professional_team": "专业团队运营",
    "property_firm": "物业＋互助",
    "public_private": "公建民营",
    "referral": "转介与签约服务",
    "sharing_station": "辅具共享站",
    "supervised": "质量与安全监管",
    "three_level_network": "县乡村三级网络",
    "pool": "统一调配",
    "pairs": "结对帮扶",
    "teams": "志愿服务队",
    "family": "仅在家庭内转让",
    "guaranteed": "平台并由政府兜底",
    "platform": "全县统一平台",
    "points": "财物折算积分",
    "settled": "全县平台，村际以现金结算",
    "trust": "信任、传言与挤兑",
    "every": "全部九种冲击",
    "flood": "洪水",
    "job_loss": "子女失业",
    "leader_loss": "带头人离任",
    "pandemic": "疫情",
    "price_crash": "农产品价格暴跌",
    "squeeze": "县级资金逐年收紧",
    "village": "村",
    "township": "乡镇",
    "county": "县",
    "serial": "单进程",
    "local": "本机多进程",
    "dask": "Dask 集群",
    "baseline": "基准",
    "first_answer": "初步回答",
    "benchmark": "性能测试",
    "fork": "中途分叉",
    "funding_mix": "出资组合",
    "null_arms": "对照检验",
    "patterns": "已知规律",
    "policies": "各项政策",
    "ablation": "逐一关闭各部分",
    "sensitivity": "敏感性",
    "smoke": "试运行",
    "stress": "压力测试",
    "targets": "目标",
    **{f"q{n}": f"问题 {n}" for n in (1, 2, 4, 6, 7, 9, 12, 13)},
    "front": "前高",
    "level": "均匀",
    "cost": "成本",
    "envelope": "定额",
}
ENGLISH = {
    "stratified": "twelve kinds of village",
    "default": "default",
    "one_village": "one village",
    "upload": "villages of my own (CSV)",
    "off": "no time bank",
    "plain": "plain",
    "portfolio": "all that fit",
    "money": "unpaid bills (money)",
    "users": "too few users",
    "helpers": "too few volunteers",
    "leader": "no leader",
    "near_town": "near town",
    "craft": "craft heritage",
    "none": "none",
    "big": "a pilot region, 175 villages",
    "rollout": "roll-out by application",
    "generous": "generous start, long overdraft",
    "strict": "earn first, credits fade",
    "family": "credit passes within the family",
    "guaranteed": "platform, hours guaranteed by government",
    "platform": "one platform for the county",
    "points": "points for money, land and work",
    "settled": "one platform, villages pay each other",
    "trust": "trust, rumours and runs",
    "buildings": "rooms: whichever is cheapest",
    "chain": "run by a chain",
    "choosing": "villages choose who operates",
    "guiding_institution": "guided by an institution",
    "home": "a small home in the village",
    "organised": "all mechanisms of organisation",
    "professional_team": "run by a professional team",
    "property_firm": "property management + mutual aid",
    "public_private": "public building, private operation",
    "referral": "referral to the township and clinics",
    "sharing_station": "aids for rent at cost",
    "supervised": "quality and safety inspected",
    "three_level_network": "county, township, village network",
    "visits_only": "visits and hours only, no canteen",
    "pool": "one pool of volunteers",
    "pairs": "paired assistance",
    "teams": "volunteer teams",
    "every": "all nine shocks",
    "job_loss": "children lose their jobs",
    "leader_loss": "every leader leaves",
    "price_crash": "price of the crop falls",
    "squeeze": "county money shrinks, year by year",
    "budget_cut": "subsidies halved",
    "donor_loss": "main donor stops",
    "harvest_failure": "failed harvest",
    "tourism_crash": "visitors stay away",
    "build_more": "higher building grants",
    "cadre_association": "cadres and elders' association",
    "lighter_fees": "lighter fees for families",
    "oldest_free": "free meals for the oldest",
    "pay_on_time": "subsidies paid on time",
    "price_indexation": "subsidies follow prices",
    "rollout_push": "faster roll-out",
    "society_pairing": "donors paired with villages",
    "taper_2027": "subsidies taper from 2027",
    "training_insurance": "training and insurance",
    "serial": "one process",
    "local": "processes of this computer",
    "dask": "Dask cluster",
    "benchmark": "speed",
    "fork": "forks from one past",
    "q1": "question 1",
    "q2": "question 2",
    "q4": "question 4",
    "q6": "question 6",
    "q7": "question 7",
    "q9": "question 9",
    "q12": "question 12",
    "q13": "question 13",
}


def said(key: str, language: str, **values: object) -> str:
    """A sentence of the page."""
    return SAID[key][language == "zh"].format(**values)


def word(key: str, language: str) -> str:
    """A key such as an option, class or payer as a word for readers."""
    return CHINESE.get(key, key) if language == "zh" else ENGLISH.get(key, style.words(key))


def section(name: str, language: str) -> str:
    """A part of the model."""
    return style.chinese_names()["sections"].get(name, name) if language == "zh" else style.words(name)


def named(d: Declaration, language: str) -> str:
    """A parameter's short name without its unit; one that has none yet shows its English description."""
    return (
        style.chinese_names()["parameters"].get(d.path, d.doc)
        if language == "zh"
        else LABELS.get(d.path, d.doc)
    )


def unit(d: Declaration, language: str) -> str:
    """A parameter's unit."""
    return style.chinese_names()["units"].get(d.unit, d.unit) if language == "zh" else d.unit


def label(d: Declaration, language: str) -> str:
    """A parameter's short name with its unit."""
    if d.unit in ("switch", "choice") or d.path.startswith("funding.share"):
        return named(d, language)
    if language != "zh":
        return f"{named(d, language)} ({d.unit})"
    name = named(d, language)
    return f"{name[:-1]}，{unit(d, language)}）" if name.endswith("）") else f"{name}（{unit(d, language)}）"


GRADES_ZH = {"A": "官方或同行评审", "B": "报道", "C": "推算", "D": "假设"}
HELP = {
    "en": (
        "{doc}. Unit: {unit}. Allowed: {allowed}. Source: {source} (grade {grade}: {meaning}). Name: {path}"
    ),
    "zh": (
        "{name}。单位：{unit}。允许：{allowed}。来源等级 {grade}：{meaning}。英文说明：{doc}。来源："
        "{source}。名称：{path}"
    ),
}


def helped(d: Declaration, language: str) -> str:
    """Unit, range, source and grade of a parameter; description and source stay as written."""
    apart, any_ = (
        ("、", "开、关" if d.kind is bool else "文字")
        if language == "zh"
        else (", ", "on, off" if d.kind is bool else "text")
    )
    allowed = (
        f"{d.low:g} – {d.high:g}"
        if d.low is not None and d.high is not None
        else apart.join(word(c, language) for c in d.choices) or any_
    )
    meaning = (GRADES_ZH if language == "zh" else GRADES)[d.grade]
    text = HELP[language].format(
        name=named(d, language),
        doc=d.doc,
        unit=unit(d, language),
        allowed=allowed,
        source=d.source,
        grade=d.grade,
        meaning=meaning,
        path=d.path,
    )
    return text.replace("$", "\\$").replace("~", "\\~")
