"""Candidates that rules judge, over scenes of a market."""

from decimal import Decimal
from typing import Any

from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import Session
from mia_plugins.decisions import Candidate, Rule, Verdict
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.runtime.account import Account
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of

PRICE = 24_000
"""6000.00 points of ES, in ticks."""


def candidate(now: int, session: Session, **of: Any) -> Candidate:
    """Return a buy of ES at 6000.00 with its stop 8 t and its target 16 t away, but for what is given."""
    usual: dict[str, Any] = {
        "side": 1,
        "price": PRICE,
        "stop": 8,
        "target": 16,
        "account": Account(Decimal("12.5")),
        "contract": lead_contract("ES", session.day),
        "capital": 50_000.0,
    }
    return Candidate(now=now, session=session, **(usual | of))


class Judged:
    """A rule over a scene's last day: what it says at a time of it."""

    def __init__(self, kind: type[Rule], scene: Scene, **settings: Any) -> None:
        self.scene, self.settings = scene, settings
        self.kind = kind

    def at(self, clock: str, **of: Any) -> Verdict:
        """Return the verdict at a New York time of a candidate (side, price, target)."""
        return self.all_at(clock, of)[0]

    def all_at(self, clock: str, *candidates: dict[str, Any]) -> list[Verdict]:
        """Return the verdicts on several candidates."""
        now = self.scene.at(clock)
        market, rule = made(self.kind, self.scene, self.settings)
        for instant in walk(market, self.scene.days(), (now,)):
            if instant.now == now:
                return [rule.judge(candidate(now, self.scene.session, **of)) for of in candidates]
        raise AssertionError(f"{clock} lies in no session of the scene")


def made(kind: type[Rule], scene: Scene, settings: dict[str, Any]) -> tuple[Market, Rule]:
    market = market_of(scene)
    return market, kind(market, kind.Settings(**settings))
