"""Who tells of a chain as the settings want it: asked of which gateway, and which options there are now."""

import datetime as dt

from mia_plugins.data.sessions import NS
from mia_plugins.live.chain.board import Board
from mia_plugins.live.chain.conversation import Asking
from mia_plugins.live.chain.line import ChainLine, Where
from mia_plugins.live.chain.nearest import Wanted
from mia_plugins.live.chain.telling import Add, ChainTeller
from mia_plugins.live.indices import SPX
from mia_plugins.live.node import Line
from mia_plugins.live.terms import LiveTerms
from mia_plugins.live.witness import AWAY, IDS
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.settings.run import RunSettings


def chain_teller(context: ActorContext, terms: LiveTerms, line: Line, add: Add) -> ChainTeller:
    """Return an actor that asks for a chain; its client ids lie beyond the node's and the witness's."""
    assert isinstance(context.settings, RunSettings)  # noqa: S101 for the type checker
    chain = context.settings.live.chain

    def is_alive(expiry: dt.date) -> bool:
        now = terms.market_now()
        today = next((one.session.day for one in context.days if one.session.close > now), dt.date.max)
        return terms.expiry(expiry) >= today

    where = Where(line.host, line.port, line.client_id + AWAY + IDS)
    asking = Asking(chain.lines, Wanted(chain.options, chain.expiries, is_alive))
    return ChainTeller(context, ChainLine(where, asking, Board(SPX)), add, round(chain.every * NS))
