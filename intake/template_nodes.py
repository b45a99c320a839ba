# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a block of a text template: words and values, whatever Jinja2 wraps them in."""

from collections.abc import Iterable, Iterator

from jinja2 import nodes


def leaves(body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """The nodes of a body, those of its outputs one by one."""
    for node in body:
        if isinstance(node, nodes.Output):
            yield from node.nodes
        else:
            yield node


def words(body: Iterable[nodes.Node]) -> str:
    """The words that stand there as they are."""
    return "".join(node.data for node in leaves(body) if isinstance(node, nodes.TemplateData))
