"""The direction of imports, read from the source, and that the reading can fail."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("lenet", "harness", "bench")

FORBIDDEN: dict[str, tuple[str, ...]] = {
    "lenet": ("harness", "bench", "pytest", "_pytest", "pytest_benchmark", "xdist"),
    "harness": ("lenet", "bench", "torch", "torchvision"),
    "harness/record.py": ("harness",),
    "harness/table.py": ("harness.plot", "harness.gate"),
    "harness/plot.py": ("harness.table", "harness.gate"),
    "harness/gate.py": ("harness.table", "harness.plot"),
}
"""File or package -> what it never imports."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "harness/metrics.py": ("harness.record", "harness.readings", "harness.metric_families"),
    "harness/metric_families.py": ("harness.record", "harness.readings"),
    "harness/readings.py": ("harness.record",),
}
"""File -> all that it imports of its own package."""


def imported(source: str, *, package: str) -> set[str]:
    """Every module that a file names in an import, wherever it stands, in full: `harness.plot`.

    A relative import counts as one of `package`; so do a name taken from a package, which may be a
    module, and a module that is imported by its name in a text.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, (package if node.level else "", node.module)))
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            found |= {arg.value for arg in node.args if _is_text(arg)}  # type: ignore[attr-defined]
    return found


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def violations(root: Path) -> Iterator[str]:
    """Each import of a file under `root` that goes against the direction."""
    for path in sorted(file for package in PACKAGES for file in (root / package).rglob("*.py")):
        file = path.relative_to(root).as_posix()
        package = file.partition("/")[0]
        modules = sorted(imported(path.read_text(), package=package))
        never = FORBIDDEN.get(package, ()) + FORBIDDEN.get(file, ())
        yield from (f"{file} imports {module}" for module in modules if within(module, never))
        if file in ALLOWED:
            own = [module for module in modules if within(module, (package,)) and module != package]
            yield from (
                f"{file} imports {module}" for module in own if not within(module, ALLOWED[file])
            )


def test_imports_run_one_way() -> None:
    assert list(violations(ROOT)) == []


@pytest.mark.parametrize(
    ("file", "line", "module"),
    [
        ("lenet/train.py", "import harness", "harness"),
        ("lenet/model.py", "def f():\n    from bench import recipes", "bench.recipes"),
        ("lenet/data.py", "import numpy, pytest", "pytest"),
        ("lenet/new.py", "from harness.record import Record", "harness.record"),
        ("harness/report.py", "import lenet.history", "lenet.history"),
        ("harness/environment.py", "import torch.version", "torch.version"),
        ("harness/compare.py", "if True:\n    from torchvision import datasets", "torchvision"),
        (
            "harness/plugin.py",
            "import importlib\nimportlib.import_module('bench.tiers')",
            "bench.tiers",
        ),
        ("harness/store.py", "__import__('torch')", "torch"),
        ("harness/record.py", "from harness import metrics", "harness.metrics"),
        ("harness/record.py", "from . import store", "harness.store"),
        ("harness/metrics.py", "from harness.compare import compare", "harness.compare"),
        ("harness/metrics.py", "from .store import find_run", "harness.store"),
        ("harness/table.py", "from harness.plot import figures", "harness.plot"),
        ("harness/plot.py", "from harness import table", "harness.table"),
        ("harness/gate.py", "from harness.plot import figures", "harness.plot"),
    ],
)
def test_planted_import_is_found(tmp_path: Path, file: str, line: str, module: str) -> None:
    source = (ROOT / file).read_text() if (ROOT / file).exists() else ""
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text(f"{source}\n\n{line}\n")
    assert f"{file} imports {module}" in list(violations(tmp_path))


def test_what_may_be_imported_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "a.py").write_text("import lenet.train, harness.record, torch, pytest\n")
    (tmp_path / "lenet").mkdir()
    (tmp_path / "lenet" / "b.py").write_text("import torch, lenet.data, harnessed\n")
    assert list(violations(tmp_path)) == []


def test_recipe_and_its_cost_are_known_without_torch() -> None:
    """Workers are told their threads after the cases are made, and before torch is loaded."""
    program = (
        "import sys, bench.conftest, bench.recipes, lenet.flops; print('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == "False\n"
