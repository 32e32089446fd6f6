"""A settings file as a tree of values, each with the place it was written at."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mia_plugins import secrets
from mia_plugins.settings.issues import Issue, Location, Mark, dotted

MAX_NODES = 100_000
MAX_DEPTH = 40
_LONGEST_NUMBER = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar, list or mapping; `secret` is the reference that a secret was written as."""

    content: "Scalar | list[Value] | dict[str, Value]"
    mark: Mark
    key_mark: Mark
    secret: str = ""

    @property
    def mapping(self) -> "dict[str, Value]":
        """The values by key; none when it is no mapping."""
        return self.content if isinstance(self.content, dict) else {}

    def plain(self) -> Any:
        """Return it as ordinary Python data."""
        if isinstance(self.content, dict):
            return {key: value.plain() for key, value in self.content.items()}
        if isinstance(self.content, list):
            return [value.plain() for value in self.content]
        return self.content

    def child(self, part: str | int) -> "Value | None":
        """Return the value under a key or at a list position."""
        if isinstance(self.content, dict):
            return self.content.get(str(part))
        if isinstance(self.content, list) and isinstance(part, int) and part < len(self.content):
            return self.content[part]
        return None

    def at(self, location: Location) -> "Value | None":
        """Return the value at a location, if it was written."""
        value: Value | None = self
        for part in location:
            value = value.child(part) if value else None
        return value


class _CoreLoader(yaml.SafeLoader):
    """Reads the types of YAML 1.2's core schema: no yes/no/on/off, no dates, no sexagesimal numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 as PyYAML has it

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.tags: list[Any] = []
        self._depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark
            )
        if getattr(event, "tag", None) is not None:
            self.tags.append(event)
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


CORE_SCHEMA = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}


def teach_core_schema(resolver: Any) -> None:
    """Give a PyYAML loader or dumper the implicit types of the core schema."""
    for tag, (pattern, first) in CORE_SCHEMA.items():
        resolver.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


teach_core_schema(_CoreLoader)


class TreeReader:
    """Reads texts into trees; the issues and the node budget are shared by all the files of one load."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.unreadable = False
        self.spent = False
        self._nodes = 0

    def say(self, mark: Mark, text: str, location: Location = ()) -> None:
        """Note an issue."""
        self.issues.append(Issue(mark, dotted(location), text))

    def read(self, text: str, file: str) -> Value:
        """Return the tree of one file; a broken file yields an empty mapping and issues."""
        top = Mark(file, 1, 1)
        root: Value | None = None
        try:
            loader = _CoreLoader(text)
            node = loader.get_single_node()
            for event in loader.tags:
                self.say(
                    _mark(event, file), f"the tag {event.tag} is not allowed: types follow from the value"
                )
            if node is not None:
                root = self._value(node, _mark(node, file), (), ())
        except yaml.YAMLError as error:
            self.unreadable = True
            self.say(*_syntax(error, text, file))
        except _BudgetSpentError as error:
            self.unreadable = self.spent = True
            self.say(error.mark, f"more than {MAX_NODES} values in all files, aliases written out")
        if root is not None and isinstance(root.content, dict):
            return root
        if root is not None and root.content is not None:
            self.unreadable = True
            self.say(root.mark, "a settings file holds `key: value` lines")
        return Value({}, top, top)

    def _value(self, node: Node, key_mark: Mark, at: Location, above: tuple[int, ...]) -> Value:
        mark = _mark(node, key_mark.file)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _BudgetSpentError(mark)
        if id(node) in above:
            self.say(mark, "an alias that contains itself", at)
            return Value(None, mark, key_mark)
        above = (*above, id(node))
        if isinstance(node, MappingNode):
            return Value(dict(self._items(node, at, above, mark.file)), mark, key_mark)
        if isinstance(node, SequenceNode):
            rows = [
                self._value(item, _mark(item, mark.file), (*at, number), above)
                for number, item in enumerate(node.value)
            ]
            return Value(rows, mark, key_mark)
        return self._scalar(node, mark, key_mark, at)

    def _items(
        self, node: MappingNode, at: Location, above: tuple[int, ...], file: str
    ) -> Iterator[tuple[str, Value]]:
        first: dict[str, Mark] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node, file)
            if not isinstance(key_node, ScalarNode):
                self.say(mark, "a key is plain text; this one is a list or a mapping", at)
                continue
            key = str(key_node.value)
            problem = _key_problem(key, first)
            if problem:
                self.say(mark, problem, (*at, _visible(key)))
                continue
            first[key] = mark
            yield key, self._value(value_node, mark, (*at, key), above)

    def _scalar(self, node: Node, mark: Mark, key_mark: Mark, at: Location) -> Value:
        content: Scalar = None
        secret = ""
        try:
            content = _content(node.tag.rpartition(":")[2], str(node.value))
            if isinstance(content, str) and secrets.is_reference(content):
                content, secret = secrets.resolve(content), content
        except ValueError as error:
            self.say(mark, str(error), at)
        return Value(content, mark, key_mark, secret)


class _BudgetSpentError(Exception):
    def __init__(self, mark: Mark) -> None:
        super().__init__(mark)
        self.mark = mark


def _content(tag: str, text: str) -> Scalar:
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag in ("int", "float") and len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters; put it in quotes if it is text")
    if tag == "int":
        return int(text, 0 if text.startswith(("0x", "0o")) else 10)
    if tag == "float":
        number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if not math.isfinite(number):
            raise ValueError(f"{text} is not a finite number")
        return number
    if _CONTROL.search(text):
        raise ValueError(f"a control character in {_visible(text)!r}")
    return text


def _key_problem(key: str, first: dict[str, Mark]) -> str:
    if key == "<<":
        return "merge keys are not part of YAML 1.2; use `extends:`"
    if _CONTROL.search(key):
        return "a control character in a key"
    if key in first:
        return f"given twice; first at line {first[key].line}"
    return ""


def _visible(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)[:60]


def _mark(node: Any, file: str) -> Mark:
    return Mark(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _syntax(error: yaml.YAMLError, text: str, file: str) -> tuple[Mark, str]:
    """Return where and what a YAML error is, in words that help."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        return Mark(file, line, column), f"the character {chr(error.character)!r} is not allowed in YAML"
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    place = Mark(file, mark.line + 1, mark.column + 1) if mark else Mark(file, 1, 1)
    if "'\\t'" in problem:
        return place, "a tab; YAML is indented with spaces"
    if "another document" in problem:
        return place, "a second document (---); a settings file is one"
    return place, f"not valid YAML: {problem}"
