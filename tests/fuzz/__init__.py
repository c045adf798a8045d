"""What reads strange input, fuzzed: by Hypothesis in `make test`, by coverage with atheris for longer."""
