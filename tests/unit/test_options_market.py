"""The synthetic market publishes levels of its own chain; ours, made from the table, are the same ones."""

import datetime as dt

import pytest

from catalog.market.chain import BASIS, draw_chain
from catalog.market.levels import levels
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import day_bone
from catalog.market.vix import opening_level
from indicators.options.chain import chain_of
from indicators.options.flip import gamma_flip
from indicators.options.walls import hvl, walls
from mia_plugins.data.sessions import session_on
from tests.options import row, table


@pytest.mark.parametrize("seed", range(5))
def test_walls_hvl_and_flip_are_those_of_the_market(seed: int) -> None:
    settings = MarketSettings(seed=seed)
    session = session_on(dt.date(2026, 6, 2))
    bone = day_bone(settings, session.day)
    level = opening_level(settings, bone)
    drawn = draw_chain(settings, session, bone, level)
    # All of the market's options settle on the close, as those of SPXW do.
    rows = [
        row(
            float(drawn.strike[i]),
            "call" if drawn.call[i] else "put",
            underlying="SPXW",
            expiry=drawn.expiry[i].item(),
            spot=drawn.spot,
            iv=float(drawn.iv[i]),
            open_interest=int(drawn.open_interest[i]),
        )
        for i in range(len(drawn.strike))
    ]
    made = chain_of(table(*rows, as_of=session.open), "SPXW")
    assert made is not None
    published = levels(settings, session, drawn, level)
    named = {str(name): price - BASIS for name, price in zip(published.name, published.price, strict=True)}
    found = walls(made)
    assert found.call == named["Call Resistance"]
    assert found.put == named["Put Support"]
    assert found.call_0dte == named["Call Resistance 0DTE"]
    assert found.put_0dte == named["Put Support 0DTE"]
    assert found.gamma_0dte == named["Gamma Wall 0DTE"]
    assert hvl(made) == named["HVL"]
    flip = gamma_flip(made)
    assert flip is not None
    for root in flip.roots:
        # Its year has a quarter of a day more.
        assert drawn.net_gex(root - 1) * drawn.net_gex(root + 1) < 0
