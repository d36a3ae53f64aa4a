"""Records in, decisions out: the bridge to pytest-benchmark, the store, comparison and report."""
