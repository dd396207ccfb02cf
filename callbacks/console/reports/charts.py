"""Charts as plain values: the position of each bar and label. A template turns them into SVG.

One unit is about one pixel on the smallest phone, so that text stays legible there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 340
LEFT, TOP, TALL, FOOT = 34, 8, 150, 24
ROW = 40
LETTER_WIDTH = 7.5  # of a wide letter
LONGEST_LABEL = 36  # above a row, beside its number


@dataclass(frozen=True)
class Look:
    """What one colour and pattern means."""

    name: str
    style: str  # a class of console.css, which draws a pattern as well as a colour


@dataclass(frozen=True)
class Group:
    """One column, or one row: a label, and an amount for each look."""

    label: str
    amounts: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    style: str
    title: str


@dataclass(frozen=True)
class Word:
    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Chart:
    """One chart. `description` is for people who cannot see it."""

    description: str
    looks: Sequence[Look]
    height: float
    boxes: Sequence[Box]
    words: Sequence[Word]
    lines: Sequence[float] = ()  # the heights of the horizontal grid lines
    mark: tuple[float, str] | None = None  # a vertical line, and what it means
    width: float = WIDTH


def columns(
    description: str,
    looks: Sequence[Look],
    groups: Sequence[Group],
    *,
    at_edges: bool = False,
    mark: tuple[float, str] | None = None,
) -> Chart:
    """Return a column chart with the looks stacked.

    `at_edges` puts each label where its column begins. `mark` draws a line after so many columns, with its meaning.
    """
    top = TOP + (14 if mark else 0)
    step, steps = _scale(max((group.total for group in groups), default=0))
    unit, wide = TALL / (step * steps), (WIDTH - LEFT) / max(len(groups), 1)
    boxes = [
        box
        for place, group in enumerate(groups)
        for box in _stack(group, looks, LEFT + place * wide + wide * 0.1, wide * 0.8, top + TALL, unit)
    ]
    heights = [top + TALL - step * number * unit for number in range(steps + 1)]
    scale = [Word(LEFT - 6, y + 4, str(step * number), "end") for number, y in enumerate(heights)]
    line = (round(LEFT + mark[0] * wide, 1), mark[1]) if mark else None
    return Chart(
        description,
        looks,
        top + TALL + FOOT,
        boxes,
        scale + _feet(groups, wide, top, 0 if at_edges else 0.5),
        heights,
        line,
    )


def rows(description: str, looks: Sequence[Look], groups: Sequence[Group]) -> Chart:
    """Return a bar chart: each bar below its label, with its total on the right."""
    unit = WIDTH / max((group.total for group in groups if group.total), default=1)
    boxes: list[Box] = []
    words: list[Word] = []
    for place, group in enumerate(groups):
        y, x = place * ROW, 0.0
        words += [Word(0, y + 14, _short(group.label), "start"), Word(WIDTH, y + 14, f"{group.total:,}", "end")]
        for look, amount in zip(looks, group.amounts, strict=True):
            if amount:
                boxes.append(_box(x, y + 20, amount * unit, 12, look, group, amount))
            x += amount * unit
    return Chart(description, looks, len(groups) * ROW, boxes, words)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def _stack(group: Group, looks: Sequence[Look], x: float, wide: float, ground: float, unit: float) -> list[Box]:
    found, y = [], ground
    for look, amount in zip(looks, group.amounts, strict=True):
        if amount:
            y -= amount * unit
            found.append(_box(x, y, wide, amount * unit, look, group, amount))
    return found


def _box(x: float, y: float, width: float, height: float, look: Look, group: Group, amount: int) -> Box:
    title = f"{group.label}: {amount:,} {look.name}"
    return Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1), look.style, title)


def _feet(groups: Sequence[Group], wide: float, top: float, aside: float) -> list[Word]:
    """Return the labels below the columns: the first one, and as many as fit."""
    longest = max((len(group.label) for group in groups), default=0)
    every = 1 + int(longest * LETTER_WIDTH / wide)
    return [
        Word(round(LEFT + (place + aside) * wide, 1), top + TALL + 17, group.label, "middle")
        for place, group in enumerate(groups)
        if place % every == 0
    ]


def _scale(peak: int) -> tuple[int, int]:
    """Return a round step, and how many of them reach the peak: at most five."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * 5 >= peak:
                return step, max(-(-peak // step), 1)
        size *= 10
