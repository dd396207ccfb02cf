"""What `make check` refuses beside lint, types and layers: a module without tests, a test that imports another test,
a change of a callback's state, owner, attempt or deadline outside the one file that may make it, and a deleted row that
the audit log would not name.

Run as `python -m tests.structure`. Prints each fault in a line, and exits with 1 when there is one.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOTS = ("callbacks", "ivr", "sla")
# Modules without a test file of their name, and where they are tested instead.
TESTED_ELSEWHERE = {
    "callbacks/db/migrations/env.py": "runs inside every migration: tests/callbacks/db/migrations",
    "callbacks/db/tables.py": "declarations only: the migrations are compared with them",
    "callbacks/errors.py": "declarations only",
}
# Functions that delete rows which nobody asked to remove, so that no entry of the audit log is about them.
REMOVES_ON_ITS_OWN = {
    "callbacks/db/marks.py:clear",
    "callbacks/inbound/received_requests.py:forget_old",  # old ones
    "callbacks/media/object_store.py:remove",  # an object, and no row
    "callbacks/oncall/ical/sources.py:import_shifts",  # replaced by what the calendar says now
    "callbacks/paging/status_reports.py:_early_reports",
    "callbacks/paging/status_reports.py:_keep",
    "callbacks/records/search.py:reindex",  # they come from texts that were deleted, which has an entry of its own
    "callbacks/people/recovery_codes.py:use_up",  # has an entry of its own
    "callbacks/people/lockout.py:count_attempt",  # old failures
    "callbacks/people/lockout.py:forget_all",
    "callbacks/people/lockout.py:_forget",
    "callbacks/people/sessions.py:begin",  # those that have ended
    "callbacks/people/sessions.py:end",  # a logout has an entry of its own
}
WRITER = Path("callbacks/lifecycle/transitions.py")
WRITTEN_ONCE = {
    *("state", "resolved_at", "closed_at"),
    *("owner", "owner_id", "acknowledged_at", "acted_at", "resumed"),
    *("attempted_at", "breached_at", "due_at"),
    *("held_until", "promised_from"),
    *("position", "policy", "next_action_at", "escalating_since"),
    *("try_again_at", "asked_at", "overdue_told_at", "workaround_at", "release", "release_named_at"),
}


def faults() -> Iterator[str]:
    """Yield every fault of the tree, as a sentence."""
    yield from _modules_without_tests()
    yield from _tests_that_import_tests()
    yield from _other_writers()
    yield from _silent_removals()


def _modules() -> Iterator[Path]:
    for root in ROOTS:
        for file in sorted(Path(root).rglob("*.py")):
            if file.name != "__init__.py" and "versions" not in file.parts:
                yield file


def _modules_without_tests() -> Iterator[str]:
    for file in _modules():
        expected = Path("tests") / file.parent / f"test_{file.name}"
        if not expected.exists() and file.as_posix() not in TESTED_ELSEWHERE:
            yield f"{file} has no tests. Add {expected}, or name it in tests/structure.py with the reason."
    for name in TESTED_ELSEWHERE:
        if not Path(name).exists():
            yield f"tests/structure.py names {name}, which does not exist. Remove it."


def _tests_that_import_tests() -> Iterator[str]:
    for file in sorted(Path("tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and _is_test(node.module):
                yield f"{file}:{node.lineno} imports {node.module}. Move what both need to a conftest.py or a module."


def _is_test(module: str) -> bool:
    return module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")


def _other_writers() -> Iterator[str]:
    for file in _modules():
        if file == WRITER:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for target in _assigned(node):
                if target.attr in WRITTEN_ONCE and _is_callback(target.value):
                    yield f"{file}:{target.lineno} sets callback.{target.attr}. Only {WRITER} may: add a function."


def _assigned(node: ast.AST) -> Iterator[ast.Attribute]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    for target in targets:
        yield from (each for each in ast.walk(target) if isinstance(each, ast.Attribute))


def _silent_removals() -> Iterator[str]:
    for file in _modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or f"{file.as_posix()}:{node.name}" in REMOVES_ON_ITS_OWN:
                continue
            called = {_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
            if "delete" in called and not called & {"record_removal", "record_removal_from"}:
                yield f"{file}:{node.lineno} deletes rows without record_removal. The audit log must name them."


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_callback(value: ast.expr) -> bool:
    return (isinstance(value, ast.Name) and value.id == "callback") or (
        isinstance(value, ast.Attribute) and value.attr == "callback"
    )


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found) or "Every module has tests, a callback changes in one place, and removals are recorded.")
    sys.exit(bool(found))
