"""YAML as people mean it: each key once, no aliases, and values as they are written.

YAML 1.1 reads `010` as 8, `1:30` as 90 and `no` as false, takes the last of two sections of one name, and lets a few
hundred bytes of aliases stand for more than fits any memory. Here only `null`, `~` and nothing are no text; settings
make numbers of text themselves, as they do for options.
"""

from collections.abc import Hashable
from typing import Any, ClassVar

import yaml

DEEPEST = 20
"""Sections in sections; the settings have three."""


class _Plain(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        first: [(tag, pattern) for tag, pattern in known if tag == "tag:yaml.org,2002:null"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ValueError(
                f"line {_line(event)} has an anchor (&) or alias (*), which a configuration cannot have; "
                "write the value out, or in quotes if it is a text"
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            line = _line(key)
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(f"line {line} has a list or a section where a setting's name has to be")
            if key.value in lines:
                raise ValueError(
                    f"line {line} has {key.value[:60]!r} again, after line {lines[key.value]}; name it once"
                )
            lines[key.value] = line
        return super().construct_mapping(node, deep)


def _line(there: yaml.Event | yaml.Node) -> int:
    return there.start_mark.line + 1 if there.start_mark else 0


def load(text: str) -> Any:
    r"""Return what a YAML file holds.

    Raises:     ValueError that names the line of what is ambiguous; yaml.YAMLError for what is no YAML
    >>> load("cycles: 010\nlabel_names: {no: ham, 1: }")
    {'cycles': '010', 'label_names': {'no': 'ham', '1': None}}
    >>> load("cycles: 1\ncycles: 2")
    Traceback (most recent call last):
    ValueError: line 2 has 'cycles' again, after line 1; name it once
    """
    return yaml.load(text, _Plain)


def check_depth(values: Any) -> None:
    """Refuse sections in sections in sections, which dotted keys of TOML make as deep as anybody likes.

    Raises:     ValueError
    >>> check_depth({"data": {"label_names": {"0": "ham"}}})
    """
    level = [values]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in _within(one)]
    if level:
        raise ValueError(f"it is nested too deeply, in more than {DEEPEST} levels")


def _within(one: dict[Any, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
