"""Telephone round: who lives alone and was not seen this month gets a call, which the station pays for."""

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, uniform
from sim.own import process
from sim.state.codes import ALONE, CLOSED, ELDER
from sim.state.fields import column, flow
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents


@section("telephone")
class Telephone:
    """A round of calls from the station."""

    on: bool = switch(False, doc="the station calls elders who live alone and were not seen")
    reached: float = par(0.8, unit="share", low=0.2, high=1.0, doc="calls that are answered")
    cost: float = par(0.5, unit="yuan", low=0.0, high=2.0, doc="cost of a call", stored="fen")


column("called", "i2", unit="visits", label="calls answered so far")
flow("calls", unit="visits", label="elders reached by telephone")
posting("cost_calls", debit="expense", credit="payables", label="telephone round")
CALL = Purpose("telephone.call")


@kernel
def call_round(people, world, own, keys):
    for v in range(len(world.used)):
        key, telephone, village = keys[world.county[v]], own.telephone[v], world.villages[v]
        for i in residents(world, v):
            alone = people.kind[i] == ELDER and people.living[i] == ALONE
            if village.level != CLOSED and alone and people.received[i] == 0:
                own.posted[v].cost_calls += telephone.cost
                if uniform(key, identity_of(village.number, people.serial[i]), 0) < telephone.reached:
                    own.called[i] += 1
                    own.flow[v].calls += 1


@process("telephone round", after="matching")
def run(model):
    if model.parameters.telephone.on:
        call_round(model.people, model.world, model.own.table, model.keys(CALL))
