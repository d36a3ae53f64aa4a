"""The experiments: a question, its named recipes, one parametrized test each."""
