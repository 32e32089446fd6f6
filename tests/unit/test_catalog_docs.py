"""docs/catalog.md names all there is."""

import pytest

from catalog.commands import app
from mia_plugins.data.files import storage_options
from mia_plugins.data.tables import TABLES
from tests.conftest import ROOT

TEXT = (ROOT / "docs/catalog.md").read_text()


@pytest.mark.parametrize(
    "command", [one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands]
)
def test_every_command_is_described(command: str) -> None:
    assert f"mia catalog {command}" in TEXT


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_named(table: str) -> None:
    assert f"`{table}`" in TEXT


def test_every_variable_for_buckets_works(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "AWS_ENDPOINT_URL": ("endpoint_url", "http://127.0.0.1:9"),
        "AWS_REGION": ("region", "eu-west-1"),
        "AWS_ACCESS_KEY_ID": ("access_key_id", "key"),
        "AWS_SECRET_ACCESS_KEY": ("secret_access_key", "secret"),
        "AWS_SESSION_TOKEN": ("session_token", "token"),
    }
    for name, (_, value) in variables.items():
        assert f"`{name}`" in TEXT
        monkeypatch.setenv(name, value)
    assert storage_options() == dict(variables.values()) | {"allow_http": "true"}
    assert storage_options({"region": "us-east-2"})["region"] == "us-east-2"
