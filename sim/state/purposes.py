"""Purposes from which several files of one part draw; each draws at indices of its own."""

from __future__ import annotations

from sim.engine.randomness import Purpose

CLEARING_TURN = Purpose("clearing.turn")  # platform 0 and 1, care services 2, goods 3
REFERRAL_TURN = Purpose("referral.turn")  # contracts 0, hours of the centre 1, day care 2
RELIES = Purpose("choice.relies")  # who relies on children, once for family care and choice of care
