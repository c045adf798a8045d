"""Models that somebody brings along to retell and to translate, and the checks before anything of theirs is shown."""
