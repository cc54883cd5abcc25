"""Words of the account of a village: codes of the model in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .style import phrase, tell

Pair = tuple[str, str]

STEPS: Mapping[str, Pair] = {
    "none": ("no service", "没有服务"),
    "neighbours": ("neighbours only", "仅邻里互助"),
    "station_days": ("station days without meals", "站点开放日（不供餐）"),
    "tables_at_home": ("tables at home", "农户餐桌"),
    "self_cooked": ("meals cooked by a rota of helpers", "帮手轮流做饭"),
    "canteen": ("canteen", "食堂"),
    "canteen_with_guests": ("canteen with guests", "对外食堂"),
}
LEVELS: Sequence[Pair] = (
    ("closed", "关闭"),
    ("visits only", "仅探访"),
    ("reduced meals", "减餐"),
    ("full service", "全部服务"),
)
CAUSES: Mapping[str, Pair] = {  # of a shut door, and of a bad month
    "money": ("money", "资金不足"),
    "users": ("users", "用户太少"),
    "helpers": ("helpers", "帮手不足"),
    "leader": ("leader", "无带头人"),
    "keeper": ("keeper", "无人值守"),
    "accident": ("accident", "出了事故"),
    "room": ("room", "房屋不能用"),
    "unfit_plan": ("unfit plan", "方案不合适"),
}
REASONS: Mapping[str, str] = {  # why a fuller step was not taken, as `sim.planning.sheet` says it
    "not tried": "未试算",
    "carried": "可以承担",
    "no room": "没有可用的房屋",
    "too few helpers": "帮手不足",
    "too few users": "用户太少",
    "not paid for": "资金不够",
    "not on the menu": "不在可选之列",
    "the purse would run dry": "钱会中途用完",
}
ENDS: Sequence[Pair] = (  # by place in `sim.funnel.FUNNEL`
    ("it has never had an open station", "从未有过开放的站点"),
    ("its station is too young to be judged", "站点开办时间太短，尚不能判断"),
    ("its station is not open, or too seldom", "站点未开放，或开放得太少"),
    ("its station lasts and does not pay", "站点能维持，但付不起账"),
    ("its station lasts and pays, and does not serve enough", "站点能维持、付得起，但服务不够"),
    ("it is viable: its station lasts, pays and serves", "可持续：站点能维持、付得起、服务到位"),
)
SHUT_BEFORE = (
    "its station was told shut before the first month and has not opened again",
    "站点在首月之前已关闭（据您的村表），此后未再开放",
)
CLASSES: Mapping[str, str] = {  # of the former definition
    "viable": "可持续",
    "under_serving": "服务不足",
    "recovered": "曾关闭、后恢复",
    "closed": "已关闭",
    "too_young": "开办时间太短",
    "never_opened": "从未开办",
}
PAYERS: Mapping[str, str] = {
    "government": "政府",
    "collective": "村集体",
    "families": "家庭",
    "society": "社会",
}
CREDITORS: Mapping[str, str] = {"suppliers": "供货商", "workers": "雇工", "lessors": "土地出租户"}
BUSINESSES: Mapping[str, str] = {
    "none": "无产业",
    "tourism": "旅游",
    "agriculture": "特色农业",
    "handicraft": "手工艺",
    "portfolio": "产业组合",
    "deposit": "存款",
}
KINDS: Mapping[str, str] = {"plain": "普通村", "scenic": "景区村", "craft": "手艺村", "near_town": "近郊村"}
STRENGTHS: Mapping[str, str] = {"weak": "弱", "middle": "中等", "rich": "强"}
STAGES: Mapping[str, str] = {
    "need": "需要",
    "family": "家人",
    "eligible": "可由互助承担",
    "asked": "提出请求",
    "mutual": "互助",
    "professional": "付费服务",
    "unmet": "未满足",
}
TIERS: Mapping[str, str] = {
    "daily": "每天一次",
    "twice a week": "每周两次",
    "weekly": "每周一次",
    "monthly": "每月一次",
}
SHOCKS: Mapping[str, str] = {
    "budget_cut": "财政削减",
    "tourism_crash": "旅游骤降",
    "harvest_failure": "歉收",
    "donor_loss": "捐赠者离开",
    "pandemic": "疫情",
    "price_crash": "价格下跌",
    "flood": "洪水",
    "leader_loss": "带头人离任",
    "job_loss": "失业",
}
WAYS: Mapping[str, str] = {
    "village": "村自办",
    "professional_team": "专业团队",
    "chain": "连锁机构",
    "public_private": "公建民营",
    "property_firm": "物业公司",
    "guiding_institution": "带动机构",
}
RULES: Mapping[str, tuple[str, str, str]] = {  # rule of funding -> English, its Chinese name, Chinese
    "fixed_shares": (
        "each payer pledges its share of the basis, up to its ceiling",
        "固定比例",
        "各方按比例承诺，不超过各自上限",
    ),
    "matching": (
        "government adds to what the others pledge, up to its ceiling",
        "配套",
        "政府按其他各方的承诺配套，不超过上限",
    ),
    "gap_filler": (
        "government pledges what the others leave open, up to its ceiling",
        "补缺",
        "其他各方不足之处由政府补上，不超过上限",
    ),
    "per_service": (
        "government pays by meal, hour and visit, up to its ceiling",
        "按服务量",
        "政府按餐数、时数与探访次数支付，不超过上限",
    ),
    "tapering": (
        "government's seed money shrinks to nothing; the others pledge their shares",
        "逐年递减",
        "政府的启动资金逐步减到零，其他各方按比例承诺",
    ),
    "provision_point": (
        "pledges are refunded unless together they reach the point",
        "达标才收",
        "承诺合计达不到要求即退回",
    ),
    "none": ("nobody pledges", "无人出资", "无人承诺"),
}
GOVERNMENT_BY_RULE: Mapping[str, Pair] = {
    "matching": (
        "{match:g} yuan for each yuan asked of the others",
        "其他各方每请求 1 元，政府配 {match:g} 元",
    ),
    "gap_filler": (
        "the basis less what is asked of the others, less a sixth of the cash over a month's cost",
        "承诺依据减去向其他各方请求的数额，再减去超过一个月成本的现金的六分之一",
    ),
    "per_service": (
        "{meals} meals, {hours:.0f} hours and {visits} visits of last month at their rates",
        "上月 {meals} 餐、{hours:.0f} 小时、{visits} 次探访，各按单价",
    ),
    "tapering": (
        "the basis, at most twice its ceiling, shrinking over {taper} months",
        "承诺依据（至多为上限的两倍），在 {taper} 个月内逐步递减",
    ),
}


def said(pair: Pair) -> str:
    """The one of the two that is spoken."""
    return tell(*pair)


def code(name: str, chinese: Mapping[str, str]) -> str:
    """A code of the model, which is English, as it is or in Chinese."""
    return tell(name, chinese[name])


def plain(name: str, chinese: Mapping[str, str]) -> str:
    """A code of the model in words."""
    return tell(name.replace("_", " "), chinese[name])


def need(kind: str) -> str:
    """A kind of need in words."""
    return tell(kind.replace("_", " "), KINDS_OF_NEED[kind])


def listed(
    items: Sequence[str], english: str = ", ", chinese: str = "、", none: Pair = ("none", "无")
) -> str:
    """Items after each other, or that there are none."""
    return tell(english, chinese).join(items) or tell(*none)


def yes(there: object) -> str:
    """Whether something is there."""
    return tell("yes", "有") if there else tell("none", "无")


def bill(name: str, label: str) -> str:
    """A line of cost: its name in English, its label without "bill" in Chinese."""
    return tell(name.removeprefix("cost_"), phrase(label).partition("：")[2])


KINDS_OF_NEED: Mapping[str, str] = {
    "meals": "助餐",
    "cleaning": "助洁",
    "mobility": "出行代办",
    "escort": "陪医",
    "emergency": "应急",
    "rehabilitation": "康复",
    "prevention": "预防宣传",
    "companionship": "陪伴探访",
    "personal_care": "个人照护",
}
