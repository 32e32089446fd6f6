"""What docs/gateway.md shows can be done, and names all there is."""

import asyncio
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from gateway.exchange.order import OrderKind, Tif
from gateway.faults.control import Control
from gateway.faults.script import Action, FaultScript
from mia_plugins.errors import ExitCode
from mia_plugins.settings.issues import SettingsError
from mia_plugins.settings.one_model import load_settings
from tests.conftest import ROOT, Mia
from tests.gateway import world

PAGE = (ROOT / "docs" / "gateway.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_every_fault_is_told() -> None:
    table = PAGE[PAGE.index("| `do` | |") :]
    assert set(get_args(Action)) == set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (`.*?) \|", table)))
    ) - {"do"}


def test_every_kind_of_order_is_told() -> None:
    told = PAGE[PAGE.index("## Orders") : PAGE.index("## Faults")]
    assert [word for word in (*OrderKind, *Tif) if not re.search(rf"\b{word}\b", told)] == []


def test_the_script_can_be_loaded(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    (tmp_path / "faults.yaml").write_text(text, encoding="utf-8")
    assert len(load_settings(FaultScript, tmp_path / "faults.yaml").faults) == 4


def test_a_mistake_in_a_script_is_told_at_its_place(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    path = tmp_path / "faults.yaml"
    path.write_text(text.replace("do: swallow", "do: swalow").replace("nth: 250", "nth: 0"), encoding="utf-8")
    with pytest.raises(SettingsError) as found:
        load_settings(FaultScript, path)
    places = [(issue.mark.line, issue.where) for issue in found.value.issues]
    assert places == [(4, "faults[0].do"), (15, "faults[3].when.nth")]


def test_the_lines_of_the_control_port_are_answered() -> None:
    async def tell() -> None:
        async with world() as made:
            control = Control(made.gateway)
            for line in "".join(blocks("json")).splitlines():
                if "until" not in json.loads(line):
                    assert (await control.answer(line.encode()))["ok"], line
            waiting = asyncio.create_task(control.answer(b'{"until": {"message": "StartApiRequest"}}'))
            await asyncio.sleep(0)
            await made.client()
            assert (await waiting)["ok"]

    asyncio.run(asyncio.wait_for(tell(), 20))


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--catalog", "nowhere"), ExitCode.FAILED, "there is no catalog at nowhere"),
        (("--catalog", "nowhere", "--faults", "none.yaml"), ExitCode.FILES, "none.yaml"),
        (("--host", "0.0.0.0"), ExitCode.FAILED, "serves this machine alone"),
        (("--preset", "decade"), ExitCode.FILES, "`mia catalog generate` ended with 1"),
        (("--pace", "0"), ExitCode.USAGE, "--pace"),
        (("--start", "noon"), ExitCode.USAGE, "--start"),
    ],
)
def test_mistakes_on_the_command_line_are_told(
    mia: Mia, options: tuple[str, ...], code: ExitCode, told: str
) -> None:
    outcome = mia("gateway", *options)
    assert (outcome.code, told in outcome.err + outcome.out) == (code, True), outcome


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"do": "explode"}', "do: Input should be"),
        ('{"ask": "everything"}', "what can be asked"),
        ('{"until": {"message": "PlaceOrder"}}', "did you mean 'PlaceOrderRequest'"),
        ('{"do": "move", "symbol": "YM"}', "no market in 'YM'"),
        ('{"do": "move", "ticks": NaN}', "ticks: Input should be"),
        ("[1]", "a line is a JSON object"),
        ("drop", "Expecting value"),
        ("", "Expecting value"),
    ],
)
def test_a_line_that_cannot_be_is_told_and_changes_nothing(line: str, why: str) -> None:
    async def tell() -> None:
        async with world() as made:
            answer = await Control(made.gateway).answer(line.encode())
            assert answer["ok"] is False
            assert why in answer["error"]
            assert made.gateway.faults.fired == []

    asyncio.run(asyncio.wait_for(tell(), 20))
