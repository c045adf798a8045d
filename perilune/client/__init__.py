"""A typed client of the JSON API, `Perilune("https://archive.example", token="...")`; it loads no server, no model.

Methods are named like the operations of the API's own description; answers are the models that the server fills.
"""

from perilune.client.client import Perilune
from perilune.client.problems import ApiProblem, NoAnswer

__all__ = ["ApiProblem", "NoAnswer", "Perilune"]
