"""`menu`: what callers meet on each line, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, pass_app
from callbacks.desk.menu_tree import Branch, LineTree, trees


@click.command(cls=Command)
@click.argument("line", required=False)
@pass_app
def menu(app: AppContext, line: str | None) -> None:
    """Print the menus of each line, or of one LINE, as a tree.

    Reads the desk file only: no settings and no database are needed.
    """
    desk = app.read_desk()
    if line is not None and line not in desk.lines:
        raise click.UsageError(f"There is no line {line!r}. Known: {', '.join(desk.lines)}.")
    for tree in trees(desk):
        if line in (None, tree.line):
            click.echo("\n".join(lines_of(tree)))


def lines_of(tree: LineTree) -> Iterator[str]:
    """Yield a tree line by line."""
    yield f"{tree.line}, {tree.number}: {tree.begins}"
    yield from _drawn(tree.branches, "  ")


def _drawn(branches: Sequence[Branch], indent: str) -> Iterator[str]:
    for branch in branches:
        is_last = branch is branches[-1]
        notes = f" ({'; '.join(branch.notes)})" if branch.notes else ""
        yield f"{indent}{'└' if is_last else '├'} {branch.when}: {branch.leads}{notes}"
        below = f"{indent}{' ' if is_last else '│'}   "
        if branch.said is not None:
            yield f"{below}en: {branch.said.english}"
            yield f"{below}fr: {branch.said.french}"
        yield from _drawn(branch.branches, below)
