"""`${env:NAME}`: read from the environment, printed nowhere."""

import json
import types
from pathlib import Path

import pytest
from pydantic import field_validator

from mia_plugins.secrets import redact
from mia_plugins.settings import Settings, SettingsError
from mia_plugins.settings.listing import settings_data, settings_yaml
from mia_plugins.settings.resolve import Run
from mia_plugins.testing import isolated_run

SECRET = 'hunter2 "quoted" \\ é'
RUN = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-01\nnotifiers:\n  phone:\n    "


class Phone:
    """A plugin that wants a token."""

    class Settings(Settings):
        """A token, and a validator that tells it to everybody."""

        token: str
        tokens: tuple[str, ...] = ()
        number: int = 1

        @field_validator("token")
        @classmethod
        def _check(cls, token: str) -> str:
            if token.startswith("hunter2 wrong"):
                raise ValueError(f"no such token: {token!r}")
            return token


def load(folder: Path, text: str) -> Run:
    plugin = types.ModuleType("phone")
    plugin.__dict__["mia_register_notifiers"] = lambda register: register("phone", f"{__name__}:Phone")
    (folder / "run.yaml").write_text(RUN + text, encoding="utf-8")
    return isolated_run(Path("run.yaml"), plugin)


def problem(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return str(caught.value)


def test_the_plugin_gets_the_value_and_listings_the_reference(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONE_TOKEN", SECRET)
    run = load(here, 'token: "Bearer ${env:PHONE_TOKEN}"\n    tokens: [plain, "${env:PHONE_TOKEN}"]\n')
    settings = run.components[0].settings
    assert isinstance(settings, Phone.Settings)
    assert settings.token == f"Bearer {SECRET}"
    assert settings_data(run)["notifiers"]["phone"]["token"] == "Bearer ${env:PHONE_TOKEN}"
    assert settings_data(run)["notifiers"]["phone"]["tokens"] == ["plain", "${env:PHONE_TOKEN}"]
    assert "hunter2" not in settings_yaml(run, with_origin=True)


@pytest.mark.parametrize(
    "told", [SECRET, json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False), repr(SECRET), f"({SECRET},)"]
)
def test_whatever_is_printed_is_redacted(here: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("PHONE_TOKEN", SECRET)
    load(here, "token: ${env:PHONE_TOKEN}\n")
    assert "hunter2" not in redact(f"Traceback: token={told}")
    assert "${env:PHONE_TOKEN}" in redact(told)


def test_an_error_about_a_secret_does_not_tell_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "hunter2 wrong")
    assert "hunter2" not in redact(problem(here, "token: ${env:PHONE_TOKEN}\n"))
    assert "number: should be a whole number; got ${env:PHONE_TOKEN}" in problem(
        here, "token: x\n    number: ${env:PHONE_TOKEN}\n"
    )


def test_a_number_in_the_environment_is_text(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "1234567")
    settings = load(here, "token: ${env:PHONE_TOKEN}\n").components[0].settings
    assert isinstance(settings, Phone.Settings)
    assert settings.token == "1234567"


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("${env:NOT_THERE}", "8:12: notifiers.phone.token: the environment variable NOT_THERE is not set"),
        ("${env:SHORT}", "has fewer than 4 characters"),
        ("${HOME}", "only ${env:NAME} is understood; got '${HOME}'"),
        ("${env:}", "only ${env:NAME} is understood"),
        ("${env:PHONE", "only ${env:NAME} is understood"),
    ],
)
def test_a_reference_that_leads_nowhere(
    here: Path, monkeypatch: pytest.MonkeyPatch, reference: str, told: str
) -> None:
    monkeypatch.setenv("SHORT", "abc")
    found = problem(here, f"token: '{reference}'\n")
    assert told.replace("8:12", "6:12") in found
