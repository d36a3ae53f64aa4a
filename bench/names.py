"""The experiments' names, read from their sources for a help text.

Importing a test module might load torch, and every process would do so before its threads are set.
"""

import ast
from pathlib import Path


def in_sources(folder: Path = Path(__file__).parent) -> dict[str, bool]:
    """Name of each experiment in a folder -> whether it runs only when it is named.

    A file that is not valid Python is left out: pytest says more of it as it is collected.
    """
    found: dict[str, bool] = {}
    for path in sorted(folder.glob("test_*.py")):
        try:
            body = ast.parse(path.read_bytes()).body
        except (SyntaxError, ValueError):
            continue
        tests = (each for each in body if isinstance(each, ast.FunctionDef))
        found |= {
            test.name.removeprefix("test_"): _is_on_request(test)
            for test in tests
            if test.name.startswith("test_")
        }
    return found


def _is_on_request(test: ast.FunctionDef) -> bool:
    calls = [each for each in test.decorator_list if isinstance(each, ast.Call)]
    given = {keyword.arg: keyword.value for call in calls for keyword in call.keywords}
    value = given.get("on_request")
    return isinstance(value, ast.Constant) and value.value is True
