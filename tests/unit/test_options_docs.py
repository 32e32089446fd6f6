"""Every public function and score of options and levels is in docs/options.md."""

import importlib
import pkgutil
from collections.abc import Iterator

import indicators.options
from tests.conftest import ROOT


def public() -> Iterator[str]:
    """Yield the functions that the modules define, compiled ones too."""
    for found in pkgutil.iter_modules(indicators.options.__path__, "indicators.options."):
        for name, value in vars(importlib.import_module(found.name)).items():
            is_function = callable(value) and not isinstance(value, type)
            if (
                is_function
                and not name.startswith(("_", "mia_register"))
                and getattr(value, "__module__", "") == found.name
            ):
                yield name


def test_every_public_function_is_in_the_docs() -> None:
    names = set(public())
    assert {"chain_of", "gamma_flip", "normal_cdf", "which_bias"} <= names
    text = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in text) == []
