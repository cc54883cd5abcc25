"""M24 Bills of support: keeper, publicity, insurance, training, prizes, activities, paid posts.

State   none. Parameters and postings of M24 stand in `organisation.py`.
Month   `run` in the settlement: a village in service is billed for the levels in force.
Off     with the section: no bills.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import CLOSED, HOME_TABLES, REDUCED, STATION_DAYS
from sim.state.support import PUBLICITY, TRAINING, is_insured, level

FULL_WEEK = 6.0  # days


@inner
def kept(organisation, village, planned):
    """Share of a full month for which the keeper is paid: by open days, or by the former ladder."""
    if not planned:
        return 1.0 if village.level >= REDUCED else organisation.visits_share
    if village.step == HOME_TABLES or (village.rota == 1 and village.step == STATION_DAYS):
        return 0.0  # nobody is paid to keep tables at home, or a door that helpers keep
    at_work = village.door > 0 and village.has_keeper == 1
    return village.open_week / FULL_WEEK if at_work else 0.0


@inner
def bill_keeper(organisation, village, post, planned):
    """Stipend of the station's keeper, which follows wages, and publicity."""
    paid = kept(organisation, village, planned)
    post.cost_coordinator += int(organisation.coordinator * paid * village.wage_index)
    post.cost_publicity += level(organisation, village, PUBLICITY)


@inner
def bill_volunteers(organisation, village, flow, post):
    """Insurance, training and prizes; a partner organisation pays its part outside the village's books."""
    if is_insured(organisation, village):
        premium = flow.volunteers * organisation.insurance // 12
        given = np.int64(premium * village.partner_insures)
        post.partner_insurance += given
        post.cost_insurance += premium - given
    if village.partner_trains > 0.0:
        post.partner_training += flow.newly_trained * organisation.training_cost
    elif level(organisation, village, TRAINING) == 1:
        post.cost_training += flow.newly_trained * organisation.training_cost
    if organisation.honours == 1:
        post.cost_honours += flow.volunteers * organisation.honour_cost // 12


@inner
def bill_activities(organisation, village, flow, post, pairs):
    """New agreements, of pairs or of all who joined; the association, a drive, Party-building."""
    if organisation.agreements == 1:
        signed = flow.agreements_signed if pairs else flow.volunteers_joined + flow.joined_users
        post.cost_agreements += signed * organisation.agreement_cost
    if organisation.associations == 1 and village.association == 1:
        post.cost_association += organisation.association_cost
    if village.driving == 1:
        post.cost_drives += organisation.drive_cost
    if organisation.party == 1:
        post.cost_party += organisation.party_cost


@inner
def bill_posts(organisation, village, flow, post, public):
    """Wages of paid posts; the county pays its share where there is public money."""
    wages = np.int64(flow.posts_held * organisation.post_wage * village.wage_index)
    post.cost_posts += wages
    post.grant_posts += np.int64(wages * organisation.post_public) if public else 0


@kernel
def bill(world, values, public, planned, pairs):
    """Cost lines of the month's support."""
    for v in range(len(world.used)):
        organisation, village = values.organisation[v], world.villages[v]
        flow, post = world.flow[v], world.posted[v]
        if village.level == CLOSED:
            continue
        bill_keeper(organisation, village, post, planned)
        bill_volunteers(organisation, village, flow, post)
        bill_activities(organisation, village, flow, post, pairs)
        bill_posts(organisation, village, flow, post, public)


def run(model) -> None:
    """Bills of support."""
    if model.parameters.organisation.on:
        public, planned = model.parameters.government.on, model.parameters.plan.on
        bill(model.world, model.values.table, public, planned, model.parameters.matching.form == "pairs")
