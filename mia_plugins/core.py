"""mia's own commands, registered by the door that every plugin uses."""

from mia_plugins.hookspecs import Register


def mia_register_sizers(register: Register) -> None:
    """Register the sizer that every run has that names none."""
    register("fixed", "mia_plugins.decisions.sizer:Fixed", summary="The same size each time.")


def mia_register_commands(register: Register) -> None:
    """Register the commands that need nothing but the framework."""
    register("demo", "mia_plugins.cli.demo:app", summary="A first look: a settings file, a plugin, an error.")
    register("config", "mia_plugins.cli.config:app", summary="Check, show and describe settings files.")
    register("backtest", "mia_plugins.cli.backtest:app", summary="Run strategies over a catalog.")
    register("live", "mia_plugins.cli.live:app", summary="Trade live, or on a simulated gateway.")
    register("runs", "mia_plugins.cli.runs:app", summary="List, show, compare and open runs.")
    register("new", "mia_plugins.cli.new:app", summary="Begin a plugin from a template.")
    register("plugins", "mia_plugins.cli.plugins:app", summary="List, inspect and switch plugins.")
    register("check", "mia_plugins.cli.check:app", summary="Looking ahead, warming up, plugins.")
    register("regress", "mia_plugins.cli.regress:app", summary="Hold strategies to what was recorded.")
    register("report", "mia_plugins.cli.report:app", summary="A run, or several compared, on one page.")
    register("explain", "mia_plugins.cli.explain:app", summary="What a run decided, and why.")
    register("reconcile", "mia_plugins.cli.reconcile:app", summary="A recorded session once more.")
    register("doctor", "mia_plugins.cli.doctor:app", summary="Say whether this installation is sound.")
