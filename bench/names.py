"""The experiments' names, read from their sources for a help text.

Importing a test module might load torch, and every process would do so before its threads are set.
"""

import ast
from pathlib import Path

ALWAYS, NAMED = "always", "named"
"""When an experiment runs unasked: in every tier, or never; else the name of its one tier."""


def in_sources(folder: Path = Path(__file__).parent) -> dict[str, str]:
    """Name of each experiment in a folder -> when it runs unasked: see `ALWAYS`.

    A file that is not valid Python is left out: pytest says more of it as it is collected.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.glob("test_*.py")):
        try:
            body = ast.parse(path.read_bytes()).body
        except (SyntaxError, ValueError):
            continue
        tests = (each for each in body if isinstance(each, ast.FunctionDef))
        found |= {
            test.name.removeprefix("test_"): _when(test)
            for test in tests
            if test.name.startswith("test_")
        }
    return found


def _when(test: ast.FunctionDef) -> str:
    calls = [each for each in test.decorator_list if isinstance(each, ast.Call)]
    given = {keyword.arg: keyword.value for call in calls for keyword in call.keywords}
    constants = {
        name: value.value for name, value in given.items() if isinstance(value, ast.Constant)
    }
    if constants.get("on_request") is True:
        return NAMED
    return str(constants.get("own_tier") or ALWAYS)
