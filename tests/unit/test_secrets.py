"""`${env:NAME}`: read from the environment, printed nowhere."""

import json
import types
from pathlib import Path

import pytest
from pydantic import field_validator

from mia_plugins.secrets import redact, redact_data
from mia_plugins.settings import BaseSettings, SettingsError
from mia_plugins.settings.listing import settings_data, settings_yaml
from mia_plugins.settings.resolve import Run
from mia_plugins.testing import isolated_run
from tests.conftest import Mia

SECRET = 'hunter2 "quoted" \\ é'
RUN = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-01\nnotifiers:\n  phone:\n    "


class Phone:
    """A plugin that wants a token."""

    class Settings(BaseSettings):
        """A token, and a validator that tells it to everybody."""

        token: str
        tokens: tuple[str, ...] = ()
        tags: frozenset[str] = frozenset()
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


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("sk-live-abcdef\n", "sk-live-abcdef"),
        ("first-line\r\nsecond-line\r\n", "second-line"),
        ("tab\tsecret", "tab\tsecret"),
        ("secret-and-more", "secret-and-more"),
    ],
)
def test_every_form_of_a_secret_is_known(
    here: Path, monkeypatch: pytest.MonkeyPatch, value: str, printed: str
) -> None:
    monkeypatch.setenv("SHORTER", "secret-and")  # the beginning of another one
    monkeypatch.setenv("PHONE_TOKEN", value)
    load(here, "token: x\n    tokens: ['${env:SHORTER}', '${env:PHONE_TOKEN}']\n")
    assert redact(f"got {printed}!") == "got ${env:PHONE_TOKEN}!"


def test_data_stay_data(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "true")
    load(here, "token: ${env:PHONE_TOKEN}\n")
    assert redact_data({"ok": True, "is": ["true", 1, None]}) == {
        "ok": True,
        "is": ["${env:PHONE_TOKEN}", 1, None],
    }


def test_a_word_of_json_may_be_a_secret(here: Path, monkeypatch: pytest.MonkeyPatch, mia: Mia) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "true")
    (here / "plugins").mkdir()
    (here / "plugins" / "talks.py").write_text(TALKS)
    (here / "run.yaml").write_text(
        f"{RUN}token: ${{env:PHONE_TOKEN}}\nplugins_dir: plugins\n".replace("phone", "talks")
    )
    assert json.loads(mia("config", "check", "run.yaml", "--json").out)["ok"] is True


def test_a_set_is_listed_in_one_order_and_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "quite-secret")
    run = load(here, "token: x\n    tags: [plain, '${env:PHONE_TOKEN}', zed, other]\n")
    assert settings_data(run)["notifiers"]["phone"]["tags"] == ["other", "plain", "${env:PHONE_TOKEN}", "zed"]


def test_what_plugins_print_while_a_command_runs_is_redacted(
    here: Path, monkeypatch: pytest.MonkeyPatch, mia: Mia
) -> None:
    monkeypatch.setenv("PHONE_TOKEN", "quite-secret")
    (here / "plugins").mkdir()
    (here / "plugins" / "talks.py").write_text(TALKS)
    (here / "run.yaml").write_text(
        f"{RUN}token: ${{env:PHONE_TOKEN}}\nplugins_dir: plugins\n".replace("phone", "talks")
    )
    for outcome in (mia("config", "check", "run.yaml", "--json"), mia("-v", "config", "show", "run.yaml")):
        assert "quite-secret" not in outcome.out + outcome.err
    assert json.loads(mia("config", "check", "run.yaml", "--json").out)["ok"] is True
    assert "I heard ${env:PHONE_TOKEN}" in mia("config", "check", "run.yaml").err


TALKS = """
from pydantic import field_validator
from mia_plugins.settings import BaseSettings

def mia_register_notifiers(register):
    register("talks", "talks:Talks")

class Talks:
    class Settings(BaseSettings):
        token: str

        @field_validator("token")
        @classmethod
        def _check(cls, token):
            print("I heard", token)
            return token
"""
