"""`python -m mia_plugins` is `mia`."""

from mia_plugins.cli import run

run()
