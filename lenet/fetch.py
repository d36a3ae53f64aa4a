"""The download process: torchvision fetches one dataset into a folder, packed files and all.

Run as a script by `lenet.download`, in a process of its own that a time limit can end. What went
wrong goes to standard output; progress goes to standard error.
"""

import contextlib
import importlib
import sys
import urllib.error
import urllib.request

_ANSWER_S = 5.0
"""How long the server may take to answer at all."""


def main(class_name: str, folder: str, url: str) -> int:
    """Fetch `torchvision.datasets.<class_name>` into `folder`; 0, or 1 with the reason printed.

    `url` is asked for an answer first, unless it is empty: without a network this ends at once,
    and importing torchvision takes seconds.
    """
    try:
        # Standard output is for the reason alone, and some versions of torchvision print there.
        with contextlib.redirect_stdout(sys.stderr):
            if url:
                reach(url)
            datasets = importlib.import_module("torchvision.datasets")
            getattr(datasets, class_name)(root=folder, download=True)
    except Exception as error:  # Whatever it is, the user is told by the process that waits.
        print(" ".join(str(error).split()) or type(error).__name__)
        return 1
    return 0


def reach(url: str) -> None:
    """Return if `url`'s server answers, whatever it says; raise OSError if none does."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=_ANSWER_S).close()
    except urllib.error.HTTPError:
        return
    except OSError as error:
        raise OSError(f"no answer from {url}: {getattr(error, 'reason', error)}") from error


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
