"""From a settings file that is in order to the inputs that name its run."""

from collections.abc import Iterable

from mia_plugins.hookspecs import Kind
from mia_plugins.host.registry import Provider, Registration
from mia_plugins.runs.code import code_of
from mia_plugins.runs.identity import RunInputs, settings_hash, versions
from mia_plugins.settings.listing import settings_data
from mia_plugins.settings.resolve import Run


def _custom_data(run: Run) -> Iterable[Registration]:
    """Yield the classes of custom data as if they were registered: what they are decides what is replayed."""
    for target in run.settings.custom_data:
        package = target.partition(":")[0].partition(".")[0]
        named = Provider(f"{package} (custom data)", package, "", target)
        yield Registration(Kind.ACTORS, "custom_data", target, named)


def inputs_of(run: Run, data: str, *, seed: int = 0, also: Iterable[Registration] = ()) -> RunInputs:
    """Return the inputs of a run.

    `data` is the `data_hash` of exactly the files that it reads; `also` is what its components use
    beside themselves, such as the indicators of another distribution.
    """
    return RunInputs(
        data=data,
        settings=settings_hash(settings_data(run)),
        code=code_of([*(component.registration for component in run.components), *_custom_data(run), *also]),
        versions=versions(),
        seed=seed,
    )
