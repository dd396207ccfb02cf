"""Charts stay inside their drawing, and are as tall as they say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.console.reports.charts import LEFT, TALL, TOP, WIDTH, Chart, Group, Look, columns, rows

A, B = Look("kept", "good"), Look("missed", "bad")


AMOUNTS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=110)


@given(AMOUNTS)
def test_columns_stay_inside_the_drawing_stand_on_the_ground_and_are_as_tall_as_they_say(
    amounts: list[tuple[int, int]],
) -> None:
    chart = columns("x", (A, B), [Group("26 Oct", each) for each in amounts])
    ground = max(chart.lines)
    for box in chart.boxes:
        assert LEFT <= box.x <= box.x + box.width <= WIDTH + 0.1
        assert TOP - 0.1 <= box.y <= box.y + box.height <= ground + 0.1
    unit = TALL / int(chart.words[len(chart.lines) - 1].text)
    for box, amount in zip(chart.boxes, [a for each in amounts for a in each if a], strict=True):
        assert box.height == pytest.approx(amount * unit, abs=0.1)
    assert 2 <= len(chart.lines) <= 6


@given(AMOUNTS)
def test_rows_fill_the_width_for_the_greatest_and_never_leave_it(amounts: list[tuple[int, int]]) -> None:
    chart = rows("x", (A, B), [Group("somebody", each) for each in amounts])
    ends = [box.x + box.width for box in chart.boxes]
    assert max(ends, default=WIDTH) == pytest.approx(WIDTH, abs=0.2)


def test_labels_below_many_columns_do_not_run_into_each_other() -> None:
    chart = columns("x", (A,), [Group("26 Oct", (1,)) for _ in range(104)])
    feet = [word.x for word in chart.words if word.anchor == "middle"]
    assert len(feet) > 3
    assert min(after - before for before, after in pairwise(feet)) > 6 * len("26 Oct")


def test_a_long_name_is_cut_above_its_row_and_whole_in_what_the_row_says() -> None:
    chart = rows("x", (A,), [Group("Wolfeschlegelsteinhausenbergerdorff the Elder", (1,))])
    assert chart.words[0].text == "Wolfeschlegelsteinhausenbergerdorff…"
    assert chart.boxes[0].title == "Wolfeschlegelsteinhausenbergerdorff the Elder: 1 kept"


def test_a_drawing_of_nothing_has_no_boxes() -> None:
    empty: list[Chart] = [columns("x", (A,), []), rows("x", (A,), [])]
    assert [list(chart.boxes) for chart in empty] == [[], []]
