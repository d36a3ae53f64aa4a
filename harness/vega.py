"""Vega, Vega-Lite and vega-embed as one script, for pages that may not ask the network for it."""

import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import altair as alt
import vl_convert
from platformdirs import user_cache_path

VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
"""Version of Vega-Lite: the one that Altair writes."""

EXPOSED = "window.vegaEmbed = vegaEmbed;"
"""What the script says at its end: its modules are closed to the page otherwise."""


@cache
def vega() -> str:
    """The script, fit to stand in an HTML page; it defines `vegaEmbed`.

    To put it together takes seconds, so it is kept in the user's folder for such things.
    """
    file = user_cache_path("lenet") / f"vega-lite-{VEGA_LITE}-{version('vl-convert-python')}.js"
    try:
        return file.read_text("utf-8")
    except OSError:
        made = _made()
    _keep(made, file)
    return made


def _made() -> str:
    script = vl_convert.javascript_bundle(EXPOSED, vl_version=VEGA_LITE)
    return script.replace("</script", "<\\/script")


def _keep(script: str, file: Path) -> None:
    """In one step, so that no reader meets a part; a folder that cannot be written is no error."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, delete=False
        ) as part:
            part.write(script)
        Path(part.name).replace(file)
    except OSError:
        return
