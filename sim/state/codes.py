"""Codes by name: kinds of persons, states, needs, payers, levels. A code is a name, never a number."""

FREE, ELDER, HELPER = 0, 1, 2
ROBUST, MILD, MODERATE, SEVERE = 0, 1, 2, 3
HEALTH_STATES = ("robust", "mild", "moderate", "severe")
COURSES = ("chain", "hazard")  # of health
CHAIN, HAZARD = COURSES
WITH_CHILD, COUPLE, ALONE, IN_HOME = 0, 1, 2, 3
UNLISTED, DAILY, TWICE_WEEKLY, WEEKLY, MONTHLY = 0, 1, 2, 3, 4  # tiers of the account book
MALE, FEMALE = 0, 1
WOMAN, CADRE, UNDEREMPLOYED, RETURNER = 0, 1, 2, 3
STORY, FARM, CRAFT = 1, 2, 4
ORDINARY, OPPORTUNIST, HOARDER, ALTRUIST = range(4)  # habits of asking and giving
KINDS = (
    "meals",
    "cleaning",
    "mobility",
    "escort",
    "emergency",
    "rehabilitation",
    "prevention",
    "companionship",
    "personal_care",
)
MEALS, CLEANING, MOBILITY, ESCORT, EMERGENCY, REHABILITATION, PREVENTION, COMPANIONSHIP, PERSONAL = range(9)
STAGES = ("need", "family", "eligible", "asked", "mutual", "professional", "unmet")
NEED, FAMILY, ELIGIBLE, ASKED, MUTUAL, PROFESSIONAL, UNMET = range(7)
PAYERS = ("government", "collective", "families", "society")
GOVERNMENT, COLLECTIVE, FAMILIES, SOCIETY = range(4)
BUSINESSES = ("tourism", "agriculture", "handicraft", "deposit")
VILLAGE_KINDS = ("plain", "scenic", "craft", "near_town")
STRENGTHS = ("weak", "middle", "rich")
WEAK, MIDDLE, RICH = range(3)
PLAIN, SCENIC, CRAFT_HERITAGE, NEAR_TOWN = range(4)
NONE, PLANNED, WORKING = 0, 1, 2
CLOSED, VISITS_ONLY, REDUCED, FULL = 0, 1, 2, 3
STEPS = (
    "none",
    "neighbours",
    "station_days",
    "tables_at_home",
    "self_cooked",
    "canteen",
    "canteen_with_guests",
)  # of the menu
NO_STEP, NEIGHBOURS, STATION_DAYS, HOME_TABLES, SELF_COOKED, CANTEEN, WITH_GUESTS = range(7)
CREDITORS = ("suppliers", "workers")
SUPPLIERS, WORKERS = range(2)
RULES = ("fixed_shares", "matching", "gap_filler", "per_service", "tapering", "provision_point", "none")
FIXED, MATCHING, GAP, SERVICE, TAPER, POINT, NO_MONEY = range(7)  # rules of funding
POOL_MONTHS = 240  # months of birth of the people aged 40-59
NEVER = -9999
LEAST_DAYS = 6  # open days of a month from which a station counts as open
SERIAL_BITS, MONTH_BITS = 24, 12
SCOPES = ("village", "township", "county")
TOWNSHIP, COUNTY = 1, 2
SIXTY, SEVENTY, SEVENTY_FIVE, EIGHTY = 60 * 12, 70 * 12, 75 * 12, 80 * 12  # ages in months
OLDEST = 111  # age in years at which tables end
RUNS_TOURISM, RUNS_FARM, RUNS_WORKSHOP, HOLDS_DEPOSIT = 1, 2, 4, 8  # bits of the businesses of a village
TRADE_STAGES = ("none", "earning", "dormant", "wound_up")  # of a village's business
NO_TRADE, EARNING, DORMANT, WOUND_UP = range(4)
ANSWERS = (
    "not_asked",
    "taken",
    "no_endowment",
    "not_in_service",
    "no_leader",
    "no_stake",
    "not_this_year",
)  # of a village that is offered a business
NOT_ASKED, TAKEN, NO_ENDOWMENT, NOT_IN_SERVICE, NO_LEADER, NO_STAKE, NOT_THIS_YEAR = range(7)
BILLED = ("workers", "lessors", "suppliers")  # creditors of a business, in the order in which they are paid
BY_WORK, BY_LAND, BY_SUPPLY = range(3)
ALL_KINDS = len(KINDS)  # of need
AT_TABLE, DELIVERED = 1, 2  # how an elder dines
BED_DROPPED, HOME_DROPPED, HOURS_DROPPED, MEALS_DROPPED = 1, 2, 4, 8  # bits of what a purse no longer pays
