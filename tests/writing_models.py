"""Models that write, made on the spot: an endpoint that says what a test wants, and tiny ones with random weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

MESSAGES = "{% for message in messages %}<s>{{ message.role }} {{ message.content }}</s>{% endfor %}"
MARKS = ("<s>", "<pad>", "</s>", "<unk>")
LETTERS = "abcdefghijklmnopqrstuvwxyz .,"
Says = Callable[[str], str]


@dataclass
class Endpoint:
    """An OpenAI-compatible endpoint on loopback that answers by a function of the prompt, and remembers prompts."""

    server: HTTPServer
    says: Says
    prompts: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._answer)

    @property
    def address(self) -> str:
        """The base address to name in the settings."""
        return str(self.server.url_for("/v1"))

    def _answer(self, request: Request) -> Response:
        asked = "\n".join(str(message["content"]) for message in json.loads(request.data)["messages"])
        self.prompts.append(asked)
        self.keys.append(request.headers.get("Authorization"))
        body = {"choices": [{"message": {"role": "assistant", "content": self.says(asked)}}]}
        return Response(json.dumps(body), content_type="application/json")


def a_tiny_model(folder: Path, kind: str, *, tokens: Sequence[str] = (), window: int = 512) -> Path:
    """Write a folder with a model of random weights that writes single letters: `bart` or `llama`."""
    import torch
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedTokenizerFast

    signs = {sign: number for number, sign in enumerate([*MARKS, *LETTERS, *tokens])}
    tokenizer = Tokenizer(models.WordLevel(signs, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", model_max_length=window
    )
    if tokens:
        fast.add_special_tokens({"additional_special_tokens": list(tokens)})
    fast.chat_template = MESSAGES if kind == "llama" else None
    fast.save_pretrained(folder)
    marks = {"vocab_size": len(signs), "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2}
    sizes = {
        "bart": {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2}
        | {"decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "decoder_start_token_id": 2}
        | {"max_position_embeddings": window, "forced_eos_token_id": 2},
        "llama": {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        | {"max_position_embeddings": window},
    }[kind]
    torch.manual_seed(1)
    loader = AutoModelForSeq2SeqLM if kind == "bart" else AutoModelForCausalLM
    loader.from_config(AutoConfig.for_model(kind, **marks, **sizes)).save_pretrained(folder)
    return folder
