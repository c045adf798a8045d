"""How a model of others is loaded: its weights as safetensors, which hold no program, and no code that came along."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FOREIGN_PARTS: Mapping[str, bool] = MappingProxyType({"trust_remote_code": False})
"""What is said where a configuration or a tokenizer is loaded."""
FOREIGN_WEIGHTS: Mapping[str, bool] = MappingProxyType({**FOREIGN_PARTS, "use_safetensors": True})
"""What is said where weights are loaded: torch's own format is a pickle, which may do anything."""
