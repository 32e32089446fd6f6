"""A chain's line as the settings want it: to which gateway, and which options there are now."""

import datetime as dt
from collections.abc import Sequence

from mia_plugins.live.chain.board import Board
from mia_plugins.live.chain.conversation import Asking
from mia_plugins.live.chain.line import ChainLine, Where
from mia_plugins.live.chain.nearest import Wanted
from mia_plugins.live.indices import SPX
from mia_plugins.live.node import Line
from mia_plugins.live.preflight import PAIRS
from mia_plugins.live.terms import LiveTerms
from mia_plugins.runtime.context import TradingDay
from mia_plugins.settings.live import Chain


def chain_line(chain: Chain, line: Line, terms: LiveTerms, days: Sequence[TradingDay]) -> ChainLine:
    """Return a line that nobody listens on yet; its client ids lie beyond those that a node may have."""

    def is_alive(expiry: dt.date) -> bool:
        now = terms.market_now()
        today = next((one.session.day for one in days if one.session.close > now), dt.date.max)
        return terms.expiry(expiry) >= today

    where = Where(line.host, line.port, line.client_id + 2 * PAIRS)
    asking = Asking(chain.lines, Wanted(chain.options, chain.expiries, is_alive))
    return ChainLine(where, asking, Board(SPX))
