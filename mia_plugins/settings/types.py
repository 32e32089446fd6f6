"""What an annotation means, through all its wrappings: units, aliases, `Annotated`, unions, containers."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAliasType, get_args, get_origin


def unwrapped(annotation: Any) -> Any:
    """Return the annotation without the names and notes around it."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def parts(annotation: Any) -> list[Any]:
    """Return what a union or a container is made of; none for a plain type or a `Literal`."""
    annotation = unwrapped(annotation)
    if get_origin(annotation) is Literal:
        return []
    return [part for part in get_args(annotation) if part not in (type(None), Ellipsis)]


def leaves(annotation: Any) -> Iterator[Any]:
    """Yield the plain types an annotation comes down to."""
    inner = parts(annotation)
    if not inner:
        yield unwrapped(annotation)
    for part in inner:
        yield from leaves(part)
