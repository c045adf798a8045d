"""What may be wrong with an installation: many small checks, each with a sentence, and a remedy where one is needed."""
