"""A day of the synthetic market: ES and NQ together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market.agents import draw_agents
from catalog.market.chain import Chain, draw_chain, hedge_profile, quoted_chain
from catalog.market.clock import Rhythm, rhythm
from catalog.market.contracts import Instrument
from catalog.market.instrument import Flow, InstrumentDay, play, without_feed
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


HandOver = Callable[[InstrumentDay, str, Quotes], None]
"""Takes an instrument's feed, and its micro with the micro's quotes."""


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
    """As of the session's open: what dealers hedge by and levels are made of."""
    quoted: Chain
    """The same as it is quoted, a minute after regular hours began."""
    vix: VixSeries
    levels: Levels
    happenings: tuple[Happening, ...]
    """The scenarios of the day."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is known of a day before anybody trades."""

    settings: MarketSettings
    session: Session
    bone: DayBone
    happened: tuple[Happening, ...]
    rhythm: Rhythm
    """As a halt leaves it."""

    @property
    def halt(self) -> tuple[int, int]:
        return halt_of(self.session, self.happened)


def generate_day(settings: MarketSettings, session: Session, hand_over: HandOver | None = None) -> MarketDay:
    """Generate one day; days need no order, and their bytes follow from settings and session alone.

    With `hand_over` each instrument's feed is given away as soon as it is made, and the day that is
    returned is without it: no two instruments' depths are in memory at a time.
    """
    plan = _planned(settings, session)
    level = opening_level(settings, plan.bone)
    chain = draw_chain(settings, session, plan.bone, level)
    instruments: dict[Instrument, InstrumentDay] = {}
    micros: dict[str, Quotes] = {}

    def deliver(data: InstrumentDay) -> None:
        quotes = micro_quotes(data.depth, stream(settings.seed, "micro", session.day, data.instrument))
        if hand_over is None:
            instruments[data.instrument], micros[MICROS[data.instrument]] = data, quotes
        else:
            hand_over(data, MICROS[data.instrument], quotes)
            instruments[data.instrument] = without_feed(data)

    data = _play_es(plan, chain)
    steps, vix = data.steps, vix_series(settings, session, plan.bone, data.depth)
    quoted = quoted_chain(chain, session, data.depth)
    data = through_feed(settings, session.day, data, plan.happened)
    happened = witnessed(plan.happened, data)
    deliver(data)
    del data
    deliver(through_feed(settings, session.day, _play_nq(plan, steps), plan.happened))
    return MarketDay(
        session=session,
        bone=plan.bone,
        rhythm=plan.rhythm,
        instruments=instruments,
        micros=micros,
        chain=chain,
        quoted=quoted,
        vix=vix,
        levels=levels(settings, session, chain, level),
        happenings=happened,
    )


def _planned(settings: MarketSettings, session: Session) -> _Plan:
    happened = happenings(settings, session)
    pace = halted(rhythm(settings.seed, session), session, halt_of(session, happened))
    return _Plan(settings, session, day_bone(settings, session.day), happened, pace)


def _play_es(plan: _Plan, chain: Chain) -> InstrumentDay:
    settings, session, bone = plan.settings, plan.session, plan.bone
    agents = draw_agents(settings, session, plan.rhythm, "ES")
    flow = Flow(
        instrument="ES",
        opening=bone.es_open,
        closing=bone.es_close,
        moves=es_moves(settings, session, bone, plan.rhythm),
        agents=with_scenarios(settings, agents, bone, session, plan.happened),
        gamma=hedge_profile(settings, bone, chain),
        halt=plan.halt,
    )
    return play(settings, session, plan.rhythm, flow)


def _play_nq(plan: _Plan, es_steps: NDArray[np.int64]) -> InstrumentDay:
    settings, session, bone = plan.settings, plan.session, plan.bone
    flow = Flow(
        instrument="NQ",
        opening=bone.nq_open,
        closing=bone.nq_close,
        moves=nq_moves(settings, session, bone, es_steps),
        agents=without_halted(draw_agents(settings, session, plan.rhythm, "NQ"), plan.happened),
        gamma=NOBODY_HEDGES,
        halt=plan.halt,
    )
    return play(settings, session, plan.rhythm, flow)
