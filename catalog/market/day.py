"""A day of the synthetic market: ES and NQ together."""

from dataclasses import dataclass

import numpy as np

from catalog.market.agents import draw_agents
from catalog.market.chain import Chain, draw_chain, hedge_profile
from catalog.market.clock import Rhythm, rhythm
from catalog.market.contracts import Instrument
from catalog.market.instrument import Flow, InstrumentDay, play
from catalog.market.levels import Levels, levels
from catalog.market.micros import micro_quotes
from catalog.market.moves import es_moves, nq_moves
from catalog.market.scenarios import (
    Happening,
    halt_of,
    halted,
    happenings,
    through_feed,
    with_scenarios,
    without_halted,
    witnessed,
)
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import DayBone, day_bone
from catalog.market.streams import stream
from catalog.market.vix import VixSeries, opening_level, vix_series
from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import Session

MICROS = {"ES": "MES", "NQ": "MNQ"}
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
    micros: dict[str, Quotes]
    """Quotes of MES and MNQ."""
    chain: Chain
    vix: VixSeries
    levels: Levels
    happenings: tuple[Happening, ...]
    """The scenarios of the day."""


def generate_day(settings: MarketSettings, session: Session) -> MarketDay:
    """Generate one day; days need no order, and their bytes follow from settings and session alone."""
    bone = day_bone(settings, session.day)
    happened = happenings(settings, session)
    halt = halt_of(session, happened)
    pace = halted(rhythm(settings.seed, session), session, halt)
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
            agents=with_scenarios(
                settings, draw_agents(settings, session, pace, "ES"), bone, session, happened
            ),
            gamma=hedge_profile(settings, bone, chain),
            halt=halt,
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
            agents=without_halted(draw_agents(settings, session, pace, "NQ"), happened),
            gamma=NOBODY_HEDGES,
            halt=halt,
        ),
    )
    feed: dict[Instrument, InstrumentDay] = {
        "ES": through_feed(settings, session.day, es, happened),
        "NQ": through_feed(settings, session.day, nq, happened),
    }
    return MarketDay(
        session=session,
        bone=bone,
        rhythm=pace,
        instruments=feed,
        micros={
            MICROS[name]: micro_quotes(data.depth, stream(settings.seed, "micro", session.day, name))
            for name, data in feed.items()
        },
        chain=chain,
        vix=vix_series(settings, session, bone, es.depth),
        levels=levels(settings, session, chain, level),
        happenings=witnessed(happened, feed["ES"]),
    )
