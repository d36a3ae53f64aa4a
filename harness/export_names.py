"""Any name as a folder's name that is safe everywhere, and no two names as the same one."""

import hashlib
import re

LONGEST = 60
"""Letters that a folder's name keeps of a long name."""
TAKEN = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|.*-[0-9a-f]{10}")
"""Names that Windows keeps for devices, and those that look like one with a digest."""


def safe_name(name: str) -> str:
    """The name itself if it is safe; else what is safe of it, and a digest that tells it apart.

    Safe are the lower-case letters a to z, digits and `._+-`: capitals are not, because some file
    systems take `Adam` and `adam` for one.
    """
    kept = re.sub(r"[^A-Za-z0-9._+-]+", "-", name)[:LONGEST].strip("-.")
    if kept == name and name == name.lower() and name and not TAKEN.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{kept or 'unnamed'}-{digest}"
