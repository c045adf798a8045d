"""The root of every part's small error tree: something a person can mend, said in one clear sentence."""


class Problem(Exception):
    """What went wrong, where, and what to do; the command line prints it and nothing else."""
