"""What keeps the code easy to find one's way in: small files, said purposes, honest names, no hidden clock."""

import ast
import sys
from collections.abc import Iterator

from tests.sources import LAYERS, Module, modules

LONGEST = 400  # lines
LONGEST_FUNCTION = 30  # lines
NAMELESS = frozenset({"utils", "util", "helpers", "helper", "misc", "common", "shared", "stuff", "manager"})
CLOCKS = frozenset(
    {
        "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime",
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
        "func.now", "func.current_timestamp", "func.current_date", "uuid.uuid1",
    }
)  # fmt: skip
"""Calls that read the wall clock. Monotonic clocks, which only measure how long something takes, are none."""
CLOCK_READERS = ("engine/cli.py", "engine/commands/", "engine/channels/http/signatures.py")
"""Elsewhere time is an argument. (A signature holds only at the time of the gateway, which is never that of a run.)"""


def test_files_are_short() -> None:
    """No Python file is longer than 400 lines: before that it is split by what it is about."""
    long = [f"{m.name}: {len(m.lines)} lines" for m in modules(*LAYERS, "tests") if len(m.lines) > LONGEST]
    assert not long


def test_functions_are_short() -> None:
    """No function of the program goes on for more than 30 lines after its docstring."""
    long = [
        f"{module.name}:{node.lineno} {node.name}: {_length(node)} lines"
        for module in modules(*LAYERS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and _length(node) > LONGEST_FUNCTION
    ]
    assert not long


def _length(node: ast.FunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


def test_modules_say_what_they_are() -> None:
    """Every module begins with a docstring."""
    mute = [m.name for m in modules(*LAYERS, "tests", "benchmarks") if not ast.get_docstring(m.tree)]
    assert not mute


def test_modules_are_named_by_what_they_hold() -> None:
    """There is no place for things without a place."""
    nameless = [m.name for m in modules(*LAYERS, "tests", "benchmarks") if m.path.stem in NAMELESS]
    assert not nameless


def test_no_module_shadows_the_standard_library() -> None:
    """A module called like one of Python's own is a trap for every reader and some tools."""
    inside = [m for m in modules(*LAYERS) if m.path.name not in {"__init__.py", "__main__.py"}]
    shadows = [m.name for m in inside if m.path.stem in sys.stdlib_module_names]
    assert not shadows


def test_tests_are_no_packages() -> None:
    """An `__init__.py` under tests would make `tests/dsl` the package that `import dsl` finds."""
    assert not [m.name for m in modules("tests") if m.path.name == "__init__.py"]


def test_tests_say_what_they_promise() -> None:
    """Every test has a docstring: the behaviour it holds on to."""
    mute = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in modules("tests")
        if module.path.name.startswith("test_")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert not mute


def test_only_the_command_line_reads_the_clock() -> None:
    """Below the commands time is an argument: the same run can be made again, tested, or made of months to come."""
    wrong = [
        f"{module.name}:{line} {call}"
        for module in modules(*LAYERS)
        if not module.name.startswith(CLOCK_READERS)
        for line, call in _calls(module)
        if call.removeprefix("sa.") in CLOCKS
    ]
    assert not wrong


def test_tests_do_not_sleep() -> None:
    """A test that waits is slow on good days and fails on bad ones."""
    sleepers = [
        f"{m.name}:{line}" for m in modules("tests") for line, call in _calls(m) if call == "time.sleep"
    ]
    assert not sleepers


def test_no_rule_of_types_or_lint_is_silenced_for_a_whole_file() -> None:
    """An exception stands on the line that needs it, or with its reason in the configuration."""
    marks = ("# mypy: ", "# ruff: noqa", "# type: ignore-errors")
    silenced = [m.name for m in modules(*LAYERS) if any(line.startswith(marks) for line in m.lines)]
    assert not silenced


def _calls(module: Module) -> Iterator[tuple[int, str]]:
    """Every call of a dotted name with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            if name:
                yield node.lineno, name


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
