"""Things that are all done though some of them fail: what makes a risk smaller waits for nothing else."""

from collections.abc import Callable


def each_done(*calls: Callable[[], object]) -> None:
    """Do all in their order; raise the first failure after the last of them."""
    failures = []
    for call in calls:
        try:
            call()
        except Exception as error:  # noqa: BLE001 one failure keeps nothing else from being done
            failures.append(error)
    if failures:
        raise failures[0]
