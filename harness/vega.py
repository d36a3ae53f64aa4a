"""Vega, Vega-Lite and vega-embed as one script, for pages that may not ask the network for it."""

import secrets
from functools import cache
from importlib.metadata import version
from pathlib import Path

import altair as alt
import vl_convert
from platformdirs import user_cache_path

VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
"""Version of Vega-Lite: the one that Altair writes."""

EXPOSED = "window.vegaEmbed = vegaEmbed;"
"""What the script does: its modules are closed to the page otherwise."""
END = "\n// whole"
"""How it ends, so that a file that was cut short is not taken for it."""


@cache
def vega() -> str:
    """The script, fit to stand in an HTML page; it defines `vegaEmbed`.

    To put it together takes seconds, so it is kept in the user's folder for such things.
    """
    file = user_cache_path("lenet") / f"vega-lite-{VEGA_LITE}-{version('vl-convert-python')}.js"
    kept = _read(file)
    if kept.endswith(END):
        return kept
    made = _made()
    _keep(made, file)
    return made


def _read(file: Path) -> str:
    """What is kept; nothing where that cannot be read."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _made() -> str:
    script = vl_convert.javascript_bundle(EXPOSED, vl_version=VEGA_LITE)
    return script.replace("</script", "<\\/script") + END


def _keep(script: str, file: Path) -> None:
    """In one step, so that no reader meets a part; a folder that cannot be written is no error."""
    part = file.with_suffix(f".{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(script, encoding="utf-8")
        part.replace(file)
    except OSError:
        return
