"""The four methods traded alone, as tables: what the measure says, both sides, and what is proposed."""

from types import MethodType, SimpleNamespace
from typing import Any

import pytest

from indicators.battle_navale.scoring import bn_class
from mia_plugins.data.level_names import LevelKind
from mia_plugins.decisions import Proposal
from mia_plugins.features import known, quiet, unknown
from strategies.battle_navale.strategy import BattleNavaleStrategy
from strategies.decision.menthorq import MenthorQ
from strategies.decision.one_score import OneScoreStrategy
from strategies.decision.regimes import AS_EVERYWHERE
from strategies.menthorq.strategy import MenthorQStrategy
from strategies.order_book_imbalance.strategy import OrderBookImbalanceStrategy
from strategies.smart_money.strategy import SmartMoneyStrategy

PRICE = 24_000
"""6000.00 in ticks."""


def asked(kind: type[OneScoreStrategy], own: Any, **settings: Any) -> Proposal:
    """Return what a strategy proposes when its measure says something."""
    made: Any = SimpleNamespace(
        settings=kind.Settings.model_validate(settings),
        own=own,
        own_gates=kind.own_gates,
        extras=kind.extras,
        atr=SimpleNamespace(value=6.0),
        _swings=None,
        in_regime=SimpleNamespace(row=AS_EVERYWHERE),
        tape=SimpleNamespace(price=PRICE),
        market=SimpleNamespace(tick=0.25),
    )
    for name in ("read", "propose", "_extras", "bracketed", "_ahead"):
        if hasattr(kind, name):
            setattr(made, name, MethodType(getattr(kind, name), made))
    proposal: Proposal = made.propose(0)
    assert tuple(gate.name for gate in proposal.gates) == kind.gates
    assert len(proposal.extras) == len(kind.extras)
    return proposal


def told(proposal: Proposal) -> tuple[int, bool, str, tuple[str, ...]]:
    """Return the side, whether it is a candidate, why it is none, and the gates that are against it."""
    against = tuple(gate.name for gate in proposal.gates if gate.passes is False)
    return proposal.side, proposal.is_candidate, proposal.reason, against


@pytest.fixture(params=[1, -1], ids=["buy", "sell"])
def side(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


# --- Battle Navale -----------------------------------------------------------------------------------------


def fight(score: float, confidence: float = 0.7, base: float | None = 0.7, regime: int = 1) -> Any:
    reference = None if base is None else SimpleNamespace(quality=base)
    battle = SimpleNamespace(
        score=score,
        confidence=confidence,
        seen=SimpleNamespace(reference=reference, regime=regime),
        outcome=0.5,
        continuation=0.5,
        bn_quality=abs(score),
        bn_class=bn_class(abs(score)),
    )
    return SimpleNamespace(last=battle)


@pytest.mark.parametrize(
    ("seen", "against"),  # score, confidence, the base's quality, the golden rule's side
    [
        ((0.25, 0.70, 0.70, 1), ()),  # at the threshold
        ((0.2499, 0.70, 0.70, 1), ("threshold",)),
        ((1.00, 0.65, 0.61, 1), ()),
        ((0.50, 0.6499, 0.70, 1), ("confidence",)),
        ((0.50, 0.70, 0.60, 1), ("base_quality",)),  # above .60, not at it
        ((0.50, 0.70, None, 1), ("base_quality",)),
        ((0.50, 0.70, 0.70, -1), ("rouge_sous_verte",)),
        ((0.50, 0.70, 0.70, 0), ("rouge_sous_verte",)),
    ],
)
def test_battle_navale_alone(seen: tuple[Any, ...], against: tuple[str, ...], side: int) -> None:
    score, confidence, base, rule = seen
    found = asked(BattleNavaleStrategy, fight(side * score, confidence, base, side * rule))
    strong = "threshold" not in against
    assert told(found) == (side, strong, "" if strong else "threshold", against)
    assert (found.stop, found.target) == (8, 16)


def test_of_a_rejected_or_unknown_fight_nothing_is_proposed() -> None:
    assert told(asked(BattleNavaleStrategy, fight(0.0))) == (
        0,
        False,
        "threshold",
        ("threshold", "rouge_sous_verte"),
    )
    assert told(asked(BattleNavaleStrategy, SimpleNamespace(last=None))) == (0, False, "unknown", ())


def test_base_and_golden_rule_need_not_be_asked_for(side: int) -> None:
    found = asked(
        BattleNavaleStrategy, fight(side * 0.3, 0.7, None, -side), least_base=0.0, needs_rouge=False
    )
    assert told(found) == (side, True, "", ())


# --- MenthorQ ----------------------------------------------------------------------------------------------


def levels(score: float, activity: float, at: dict[LevelKind, list[float]] | None = None) -> Any:
    """Return what the levels say; `at` are prices in points."""
    there = SimpleNamespace(of=lambda kind: (at or {}).get(kind, []))
    return SimpleNamespace(
        levels=SimpleNamespace(levels=there, age=60.0),
        bias=lambda now: 0.1,
        menthorq=lambda bias: MenthorQ(score, activity),
    )


@pytest.mark.parametrize(
    ("score", "activity", "candidate", "against"),
    [
        (0.25, 0.25, True, ()),  # a level 6 t away: nearness is the confidence
        (0.2499, 0.60, False, ("threshold",)),
        (0.50, 0.2499, True, ("confidence",)),
        (0.10, 0.10, False, ("threshold", "confidence")),
    ],
)
def test_menthorq_alone(
    score: float, activity: float, candidate: bool, against: tuple[str, ...], side: int
) -> None:
    found = asked(MenthorQStrategy, levels(side * score, activity))
    assert told(found) == (side, candidate, "" if candidate else "threshold", against)
    assert (found.stop, found.target) == (6, 12)


def test_it_may_aim_at_the_next_level_ahead(side: int) -> None:
    # 40 t ahead a wall, and one behind that counts for nothing.
    walls = {
        kind: [6000 + side * 10.0, 6000 - side * 5.0] for kind in (LevelKind.CALL_WALL, LevelKind.PUT_WALL)
    }
    found = asked(MenthorQStrategy, levels(side * 0.5, 0.7, walls), target_by="level")
    assert (found.side, found.target) == (side, 40)


def test_without_levels_it_says_nothing() -> None:
    none = SimpleNamespace(levels=SimpleNamespace(levels=None, age=None))
    found = asked(MenthorQStrategy, none)
    assert told(found) == (0, False, "unknown", ("levels_known",))


# --- smart money and the book ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "candidate", "against"),
    [
        (0.20, True, ()),  # .5 + .5 · .2 = .6: at the gate
        (0.1999, False, ("threshold", "confidence")),
        (0.90, True, ()),
    ],
)
def test_smart_money_alone(score: float, candidate: bool, against: tuple[str, ...], side: int) -> None:
    said = SimpleNamespace(checked=lambda name, now: known(side * score, "told"))
    found = asked(SmartMoneyStrategy, said)
    assert told(found) == (side, candidate, "" if candidate else "threshold", against)
    assert (found.stop, found.target) == (10, 20)


@pytest.mark.parametrize(("reading", "reason"), [(quiet("quiet"), "threshold"), (unknown("x"), "unknown")])
def test_quiet_money_is_below_the_threshold_and_unknown_money_unknown(reading: Any, reason: str) -> None:
    found = asked(SmartMoneyStrategy, SimpleNamespace(checked=lambda name, now: reading))
    assert (found.side, found.is_candidate, found.reason) == (0, False, reason)


def book(score: float, side: int, continuation: int = 1, breakout: int = 0, liquidity: float = 1.0) -> Any:
    signals = {"continuation": side * continuation, "reversal": 0, "breakout": side * breakout}
    return SimpleNamespace(
        checked=lambda name, now: known(side * score, "told"),
        book=SimpleNamespace(liquidity=liquidity, **signals),
    )


@pytest.mark.parametrize(
    ("given", "candidate", "against"),
    [
        ({"score": 0.30}, True, ()),
        ({"score": 0.2999}, False, ("threshold",)),
        ({"score": 0.5, "continuation": 0, "breakout": 1}, True, ()),
        ({"score": 0.5, "continuation": 0}, True, ("confirmed",)),
        ({"score": 0.5, "continuation": -1}, True, ("confirmed",)),
        ({"score": 0.5, "liquidity": 0.4999}, True, ("liquidity",)),
    ],
)
def test_the_book_alone(given: dict[str, Any], candidate: bool, against: tuple[str, ...], side: int) -> None:
    found = asked(OrderBookImbalanceStrategy, book(side=side, **given))
    assert told(found) == (side, candidate, "" if candidate else "threshold", against)
    assert (found.stop, found.target) == (10, 20)


def test_pressure_need_not_be_confirmed(side: int) -> None:
    found = asked(OrderBookImbalanceStrategy, book(0.4, side, 0), confirmed_by=(), least_liquidity=0.0)
    assert told(found) == (side, True, "", ())
