"""Every part that is off by default, switched on."""

from __future__ import annotations

from typing import Any

ALL_ON: dict[str, Any] = {
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
    "business.kind": "portfolio",
    "trust.moves": True,
    "trust.rumours": True,
    "trust.run": True,
    "homes.on": True,
    "homes.together": True,
    "quality.on": True,
    "allowances.on": True,
    "committee.on": True,
    "injury.on": True,
    "rollout.on": True,
    "facilities.build_new": True,
    "facilities.add_function": True,
    "facilities.ageing": True,
    "government.pilots": 0.1,
    "organisation.leader_person": True,
    "organisation.associations": True,
    "organisation.disputes": True,
    "organisation.agreements": True,
    "organisation.conventions": True,
    "organisation.posts": 1,
    "organisation.drives": 2,
    "organisation.party": True,
    **dict.fromkeys(
        ("contribution.on", "exchange.on", "habits.on", "listening.on", "thresholds.on"), True
    ),  # of published models
    "referral.on": True,
    "clearing.on": True,
    "clearing.settle_price": 8.0,
    "points.on": True,
    "sharing.on": True,
    "operation.way": "professional_team",
    "operation.choosing": True,
    "participation.stipend": 2.0,
    "matching.form": "pairs",
    "visits.rota": 0.8,
    "shocks.pandemic": 0.02,
    "shocks.price_crash": 0.05,
    "shocks.flood": 0.03,
    "shocks.leader_loss": 0.05,
    "shocks.job_loss": 0.05,
}
