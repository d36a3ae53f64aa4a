"""Records in, decisions out: the bridge to pytest-benchmark, the store, the comparison, the report."""
