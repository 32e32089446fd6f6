"""Real money takes a file, an option and an account that agree; everything else is refused."""

import itertools

import pytest

from mia_plugins.live.consent import OPTION, refuse_without_consent
from mia_plugins.live.errors import LiveError
from mia_plugins.live.session import line_of
from mia_plugins.live.simulated import Gateway
from mia_plugins.live.terms import Pace
from mia_plugins.settings.live import Live

MODES = ("sim", "paper-sandbox", "paper", "live")
ACCOUNTS = (None, "DU1234567", "U7654321")
PORTS = (None, 4001, 4002, 7496, 7497, 4102)


def starts(live: Live, *, agreed: bool) -> bool:
    try:
        refuse_without_consent(live, agreed=agreed)
    except LiveError as error:
        assert error.remedy
        return False
    return True


def test_real_money_is_reached_in_one_way_alone() -> None:
    every = itertools.product(MODES, ACCOUNTS, PORTS, (True, False))
    there = [
        (mode, account, port, agreed)
        for mode, account, port, agreed in every
        if mode != "sim"
        and starts(Live.model_validate({"mode": mode, "account": account, "port": port}), agreed=agreed)
    ]
    real = [one for one in there if one[0] == "live"]
    assert {one[:2] for one in real} == {("live", "U7654321")}
    assert all(agreed for *_, agreed in real)
    assert {port for _, _, port, _ in real} == {None, 4001, 7496, 4102}
    paper = [one for one in there if one[0] == "paper"]
    assert {one[1] for one in paper} == {"DU1234567"}
    assert {port for _, _, port, _ in paper} == {None, 4002, 7497, 4102}
    assert not any(agreed for mode, _, _, agreed in there if mode != "live")


def test_a_simulated_session_reaches_this_machine_alone_and_no_usual_port_or_real_account() -> None:
    reached = set()
    hosts, controls = ("127.0.0.1", "192.168.1.5"), (None, 4103)
    for host, account, port, control in itertools.product(hosts, ACCOUNTS, PORTS, controls):
        live = Live.model_validate(
            {"host": host, "account": account, "port": port, "sim": {"running": control}}
        )
        if starts(live, agreed=False):
            line = line_of(live, Gateway(port or 50_000, control, Pace()))
            reached.add((line.host, line.port, line.account))
    assert reached == {("127.0.0.1", port, "DU1234567") for port in (4102, 50_000)}


def test_others_reach_what_the_file_names() -> None:
    live = Live(mode="live", account="U7654321", host="192.168.1.5")
    line = line_of(live)
    assert (line.host, line.port, line.account, line.is_sandbox) == ("192.168.1.5", 4001, "U7654321", False)


def test_the_default_is_simulated_and_asks_for_nothing() -> None:
    assert Live().mode == "sim"
    assert starts(Live(), agreed=False)
    assert not starts(Live(), agreed=True)


@pytest.mark.parametrize(
    ("settings", "agreed", "told", "remedy"),
    [
        ({"mode": "live", "account": "U7654321"}, False, "trades real money on the account U7654321", OPTION),
        ({"mode": "live"}, True, "no account is named", "account"),
        ({"mode": "live", "account": "DU1"}, True, "DU1", "paper"),
        ({"mode": "paper", "account": "U7654321"}, False, "no paper account", "name the paper account"),
        (
            {"mode": "paper", "account": "DU1234567", "port": 7496},
            False,
            "port 7496",
            "TWS has the others on 7497",
        ),
        ({"mode": "live", "account": "U7654321", "port": 4002}, True, "paper accounts", "on 4001"),
        ({"account": "U7654321"}, False, "U7654321 is no paper account", "leave `account:` out"),
        ({"port": 4001}, False, "port 4001 is where IB Gateway has real accounts", "mode: live"),
        ({"port": 7497}, False, "port 7497 is where TWS has paper accounts", "leave `port:` out"),
        ({"mode": "sim"}, True, "the file says `mode: sim`", "leave the option out"),
    ],
)
def test_what_is_refused_says_why(settings: dict[str, object], agreed: bool, told: str, remedy: str) -> None:
    settings = settings | ({"account": "DU1234"} if settings.get("account") == "DU1" else {})
    with pytest.raises(LiveError, match=told) as refused:
        refuse_without_consent(Live.model_validate(settings), agreed=agreed)
    assert remedy in refused.value.remedy
