"""Whether a session may reach a broker: real money only by a file, an option and an account that agree."""

from mia_plugins.live.errors import LiveError
from mia_plugins.settings.live import Live

OPTION = "--i-understand-this-is-real-money"
REAL_PORTS = {4001: "IB Gateway", 7496: "TWS"}
PAPER_PORTS = {4002: "IB Gateway", 7497: "TWS"}
PAPER = "D"
"""How ids of paper accounts begin: DU1234567, DF…"""


def refuse_without_consent(live: Live, *, agreed: bool) -> None:
    """Raise unless a session may start; `agreed` says whether the option was given."""
    if agreed and live.mode != "live":
        raise LiveError(
            f"{OPTION} is given, and the file says `mode: {live.mode}`",
            "leave the option out, or write `live: {mode: live, account: …}` if you mean it",
        )
    if live.mode == "sim":
        _refuse_what_is_not_simulated(live)
        return
    if live.mode != "paper-sandbox":
        _refuse_other_accounts(live)
    _refuse_other_ports(live)
    if live.mode == "live" and not agreed:
        raise LiveError(
            f"`mode: live` trades real money on the account {live.account}", f"add {OPTION} if you mean it"
        )


def _refuse_what_is_not_simulated(live: Live) -> None:
    """Refuse an account and a port of a broker's: nobody agreed to one."""
    if live.account is not None and not live.account.startswith(PAPER):
        raise LiveError(
            f"{live.account} is no paper account (those begin with {PAPER}), and the mode is `sim`",
            "leave `account:` out, or write `mode: live` if you mean that account",
        )
    for kind, ports in (("real", REAL_PORTS), ("paper", PAPER_PORTS)):
        if live.at in ports:
            raise LiveError(
                f"port {live.at} is where {ports[live.at]} has {kind} accounts, and the mode is `sim`",
                "leave `port:` out, or write `mode: live` or `mode: paper` if you mean those",
            )


def _refuse_other_accounts(live: Live) -> None:
    if live.account is None:
        raise LiveError(
            f"`mode: {live.mode}` sends orders to a broker, and no account is named",
            "write `live: {account: …}`, as the gateway shows it",
        )
    is_paper = live.account.startswith(PAPER)
    if live.mode == "live" and is_paper:
        raise LiveError(
            f"{live.account} is a paper account, and `mode: live` is for real money",
            "write `mode: paper`, or name the real account",
        )
    if live.mode == "paper" and not is_paper:
        raise LiveError(
            f"{live.account} is no paper account (those begin with {PAPER}), and the mode is `paper`",
            "name the paper account",
        )


def _refuse_other_ports(live: Live) -> None:
    """Refuse the usual port of the other kind of account."""
    wrong = PAPER_PORTS if live.mode == "live" else REAL_PORTS
    if live.mode != "paper-sandbox" and live.at in wrong:
        right = next(port for port, name in (REAL_PORTS | PAPER_PORTS).items()
                     if name == wrong[live.at] and port not in wrong)  # fmt: skip
        kind = "paper" if live.mode == "live" else "real"
        raise LiveError(
            f"port {live.at} is where {wrong[live.at]} has {kind} accounts, and the mode is `{live.mode}`",
            f"{wrong[live.at]} has the others on {right}",
        )
