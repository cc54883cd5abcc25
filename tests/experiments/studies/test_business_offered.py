"""A business is judged over all villages offered it and over takers, by the same villages and luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.comparison import WRITTEN
from experiments.studies.business import gain_of
from experiments.study.run_tables import businesses
from sim.state.codes import DORMANT, EARNING, NEVER, NO_ENDOWMENT, NO_STAKE, NOT_ASKED, TAKEN, WOUND_UP


def test_gains_over_all_offered_and_over_takers_of_the_same_villages() -> None:
    """Two seeds. Offered are villages 1 and 2, taken 1 in the first seed and both in the second.

    Gains of 4 and 0, then 6 and 2: offered (2 + 4) / 2 = 3, takers (4 + 4) / 2 = 4. Village 3 counts nowhere.
    """
    lines = [(0, 1, 14.0, 1, 1), (0, 2, 10.0, 1, 0), (0, 3, 99.0, 0, 0)]
    lines += [(1, 1, 16.0, 1, 1), (1, 2, 12.0, 1, 1), (1, 3, 99.0, 0, 0)]
    names = ["replicate", "village", "served_years", "business_offered", "business_taken"]
    mine = pd.DataFrame(lines, columns=names).assign(scenario=f"{WRITTEN}/farm", weight=1.0)
    base = mine.assign(scenario=f"{WRITTEN}/none", served_years=10.0, business_offered=0, business_taken=0)
    rows = pd.concat([mine, base.iloc[::-1]])
    assert gain_of(rows, "farm", "none", "business_offered").mean == pytest.approx(3.0)
    assert gain_of(rows, "farm", "none", "business_taken").mean == pytest.approx(4.0)
    heavy = rows.assign(weight=np.where(rows["village"] == 1, 3.0, 1.0))
    assert gain_of(heavy, "farm", "none", "business_offered").mean == pytest.approx((3.0 + 5.0) / 2)
    assert not np.isfinite(gain_of(mine.assign(business_taken=0), "farm", "none", "business_taken").mean)


class Record:
    """Stages of five villages over 48 months, written by hand."""

    def __init__(self) -> None:
        stage = np.zeros((48, 5), int)
        stage[5:, 0] = EARNING
        stage[5:30, 1], stage[30:, 1] = EARNING, DORMANT
        stage[20:40, 2], stage[40:, 2] = EARNING, WOUND_UP
        begun = np.array([5, 5, 20, NEVER, NEVER])
        answer = np.array([TAKEN, TAKEN, TAKEN, NO_STAKE, NO_ENDOWMENT])
        self.state = {"trade_stage": stage, "plus": stage, "begun": np.tile(begun, (48, 1))}
        self.state["trade_answer"] = np.tile(answer, (48, 1))


def test_villages_offered_taken_and_earning_by_age() -> None:
    """After a year (months 17, 17, 32) all three earn; after three (41, 41) one of the two so old."""
    found = {name: values.tolist() for name, values in businesses(Record()).items()}
    yes, no = True, False
    assert found["business_offered"] == [yes, yes, yes, yes, no]
    assert found["business_taken"] == [yes, yes, yes, no, no]
    assert found["business_aged_1"] == found["business_earning_1"] == [yes, yes, yes, no, no]
    assert found["business_aged_3"] == [yes, yes, no, no, no]
    assert found["business_earning_3"] == [yes, no, no, no, no]
    assert not any(found["business_aged_5"])


def test_by_the_former_rule_a_business_earns_while_it_is_at_work() -> None:
    record = Record()
    record.state["plus"] = (record.state["trade_stage"] == EARNING) * 2
    record.state["trade_stage"] = np.zeros((48, 5), int)
    record.state["trade_answer"] = np.full((48, 5), NOT_ASKED)
    found = businesses(record)
    assert found["business_offered"].tolist() == found["business_taken"].tolist()
    assert found["business_earning_3"].tolist() == [True, False, False, False, False]
