"""A day of the synthetic market: ES and NQ together."""

from dataclasses import dataclass

import numpy as np

from catalog.market.agents import draw_agents
from catalog.market.chain import Chain, draw_chain, hedge_profile
from catalog.market.clock import Rhythm, rhythm
from catalog.market.contracts import Instrument
from catalog.market.instrument import Flow, InstrumentDay, play
from catalog.market.levels import Levels, levels
from catalog.market.moves import es_moves, nq_moves
from catalog.market.session import Session
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import DayBone, day_bone
from catalog.market.vix import VixSeries, opening_level, vix_series

NOBODY_HEDGES = np.zeros(0)
"""NQ's dealers are left out: NQ follows ES, and with it the hedges of ES."""


@dataclass(frozen=True, slots=True)
class MarketDay:
    """All data of one trading day, and the truth about them."""

    session: Session
    bone: DayBone
    """What the day took from the days before it."""
    rhythm: Rhythm
    instruments: dict[Instrument, InstrumentDay]
    chain: Chain
    vix: VixSeries
    levels: Levels


def generate_day(settings: MarketSettings, session: Session) -> MarketDay:
    """Generate one day; days need no order, and their bytes follow from settings and session alone."""
    bone = day_bone(settings, session.day)
    pace = rhythm(settings.seed, session)
    level = opening_level(settings, bone)
    chain = draw_chain(settings, session, bone, level)
    es = play(
        settings,
        session,
        pace,
        Flow(
            instrument="ES",
            opening=bone.es_open,
            closing=bone.es_close,
            moves=es_moves(settings, session, bone, pace),
            agents=draw_agents(settings, session, pace, "ES"),
            gamma=hedge_profile(settings, bone, chain),
        ),
    )
    nq = play(
        settings,
        session,
        pace,
        Flow(
            instrument="NQ",
            opening=bone.nq_open,
            closing=bone.nq_close,
            moves=nq_moves(settings, session, bone, es.steps),
            agents=draw_agents(settings, session, pace, "NQ"),
            gamma=NOBODY_HEDGES,
        ),
    )
    return MarketDay(
        session=session,
        bone=bone,
        rhythm=pace,
        instruments={"ES": es, "NQ": nq},
        chain=chain,
        vix=vix_series(settings, session, bone, es.depth),
        levels=levels(settings, session, chain, level),
    )
