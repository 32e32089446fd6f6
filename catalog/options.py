"""What the commands of `mia catalog` take alike."""

from typing import Annotated, Any

import typer

from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import VENUE
from mia_plugins.data.store import Store
from mia_plugins.errors import did_you_mean

Catalog = Annotated[
    str,
    typer.Argument(metavar="CATALOG", help="A folder, or s3://bucket/prefix.", show_default=False),
]
Instrument = Annotated[
    str | None,
    typer.Option("--instrument", help="Only one, such as ESU6.", metavar="ID", show_default=False),
]


def day_option(help_: str) -> Any:
    """Return an option that takes a trading day."""
    return typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=help_, show_default=False)


def opened(catalog: str) -> Store:
    """Open a catalog that is there."""
    return Store.open(Files(catalog))


def instrument_id_of(store: Store, name: str | None) -> str | None:
    """Return the id of an instrument that was asked for with or without its venue."""
    if name is None:
        return None
    known = {file.instrument_id for file in store.every_file()}
    found = next((one for one in (name, f"{name}.{VENUE}") if one in known), None)
    if found is None:
        raise CatalogError(f"there is no data of '{name}' in {store.files.uri}{did_you_mean(name, known)}")
    return found
