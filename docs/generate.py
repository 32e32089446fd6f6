"""Writes the pages of reference that are made from the code: settings, command line and hooks.

uv run python docs/generate.py
"""

import contextlib
import inspect
import io
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from catalog.market.settings import PRESETS, MarketSettings
from mia_plugins import hookspecs
from mia_plugins.cli import main
from mia_plugins.cli.commands import core_commands
from mia_plugins.cli.root import root_command
from mia_plugins.cli.session import Session
from mia_plugins.errors import ExitCode
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.settings.describing import describe, models_in
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.run import FEATURE_KEYS, SECTIONS, RunSettings

DOCS = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py from the code; a test fails when they differ. -->"


CONFIGURATION = (
    "What a settings file may say. Beside these, `extends:` names the files it is laid over: one path or a "
    "list, seen from this file, or `mia:` and a file that ships with mia. [Concepts](concepts.md) says how "
    "files are merged; `mia config show FILE --origin` says what came of it. Everything is checked. What "
    "concerns data, days, orders and the journal, and the strategies, takes effect in "
    "[backtests](backtests.md); the other components take effect as the methods that use them come."
)
COMPONENTS = (
    "Each of these sections holds the plugins of one kind that the run uses, by name, each with its "
    "settings. `mia plugins show NAME` lists the settings of a plugin."
)
MARKET = (
    "What can be chosen of [the synthetic market](market.md). `mia catalog generate` takes a preset, the "
    "seed, scenarios, the planted edge and the null market as options; the rest is for Python: "
    "`MarketSettings(density=0.5)`."
)
HOOKS = (
    "A plugin's module has one function for each kind of thing it brings. [Writing a plugin](plugins.md) "
    "shows how."
)
REGISTER = (
    '`register(name, target, *, summary="", replaced_by="")` announces one thing: a name, unique within '
    "its kind, the dotted path `package.module:Class` that is imported when it is first needed, one line for "
    "listings, and for a name that will go the one to use instead: whoever uses it is warned.\n\n"
    f"This is version {hookspecs.VERSION} of the hooks; plugins of version {hookspecs.OLDEST} work too. "
    "A module may say for which it was written: `mia_hooks = 2`. One of a newer version is refused; "
    "a hook that gets another name works under the old one for two versions more, and is warned of."
)
COMMANDS = (
    "`-v` and `--plugins-dir` may stand anywhere on the line. Plugins add commands of their own; these come "
    "with mia."
)


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    return {
        "configuration.md": configuration(),
        "cli.md": command_line(),
        "hooks.md": hooks(),
        "market-settings.md": market_settings(),
    }


def configuration() -> str:
    """Return the reference of settings files."""
    parts = [
        "# Configuration",
        NOTE,
        CONFIGURATION,
        "## A run",
        _table(RunSettings, leave_out={str(kind) for kind in SECTIONS}),
        *_nested(RunSettings),
        "## Components",
        COMPONENTS,
        "\n".join(f"- `{kind}`: {_sentence(kind)}" for kind in SECTIONS),
        "Beside a plugin's own settings, a component may say:",
        "\n".join(
            ["| key | |", "|---|---|", *(f"| `{key}` | {text} |" for key, text in FEATURE_KEYS.items())]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def market_settings() -> str:
    """Return the reference of the synthetic market's settings."""
    rows = []
    for name, (settings, days) in PRESETS.items():
        differing = settings.model_dump(exclude_defaults=True)
        text = ", ".join(f"`{key}` {value}" for key, value in differing.items()) or "as above"
        rows.append(f"| `{name}` | {days} | {text} |")
    parts = [
        "# Settings of the synthetic market",
        NOTE,
        MARKET,
        _table(MarketSettings),
        *_nested(MarketSettings),
        "## Presets",
        "\n".join(["| preset | trading days | settings |", "|---|---|---|", *rows]),
    ]
    return "\n\n".join(parts) + "\n"


def _nested(model: type[BaseSettings]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            if issubclass(inner, BaseSettings):
                yield f"### `{name}`"
                yield f"{inspect.getdoc(inner)}"
                yield _table(inner)


def _table(model: type[BaseSettings], leave_out: Collection[str] = ()) -> str:
    rows = ["| setting | type | unit | default | |", "|---|---|---|---|---|"]
    for s in describe(model):
        if s.name not in leave_out:
            default = "**required**" if s.required else f"`{s.default}`"
            rows.append(f"| `{s.name}` | {s.type} | {s.unit} | {default} | {s.help} |")
    return "\n".join(rows)


def _sentence(kind: Kind) -> str:
    doc = inspect.getdoc(getattr(hookspecs, kind.hook)) or ""
    return doc.partition(": ")[2]


def hooks() -> str:
    """Return the reference of hooks."""
    rows = [f"| `{kind.hook}(register)` | {_sentence(kind)} |" for kind in Kind]
    parts = [
        "# Hooks",
        NOTE,
        HOOKS,
        "\n".join(["| hook | brings |", "|---|---|", *rows]),
        REGISTER,
    ]
    return "\n\n".join(parts) + "\n"


def command_line() -> str:
    """Return the reference of commands and exit codes."""
    codes = [f"| {int(code)} | {code.meaning} |" for code in ExitCode]
    parts = [
        "# Command line",
        NOTE,
        COMMANDS,
        *(f"## `{' '.join(['mia', *words])}`\n\n```text\n{help_of(words)}```" for words in commands()),
        "## Exit codes",
        "\n".join(["| code | |", "|---|---|", *codes]),
    ]
    return "\n\n".join(parts) + "\n"


def commands() -> list[list[str]]:
    """Return the words of every command of ours, `mia` itself first."""
    root: Any = root_command()
    with root.make_context("mia", ["demo"], obj=Session(), resilient_parsing=True) as context:
        found: list[list[str]] = [[]]
        for name in _our_commands():
            command = root.get_command(context, name)
            found.append([name])
            found += [[name, inner] for inner in getattr(command, "commands", {})]
    return found


def _our_commands() -> list[str]:
    """Return the commands that the distribution itself registers, those of the framework first."""
    rows = PluginHost.discover().registry.all(Kind.COMMANDS)
    ours = [row.name for row in rows if row.provider.distribution == "mia"]
    return [*core_commands(), *(name for name in ours if name not in core_commands())]


def help_of(words: list[str]) -> str:
    """Return what `mia WORDS --help` prints on a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main([*words, "--help"])
    return out.getvalue()


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
