"""Vectors that know meanings, from a small language model on this machine (all-MiniLM-L6-v2)."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from memory.vectors import Embedder, Matrix
from memory.words import fold

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_TOKENS = 256
"""What the model was trained with; the rest of a longer text is left out."""
_AT_ONCE = 16
"""More texts in one go are no faster, and take memory."""


class NoModel(Exception):
    """The model cannot be had; the message says what to do."""


class MiniLM(Embedder):
    """Reads the model's files from a folder and never downloads anything. It knows English best."""

    semantic = True

    def __init__(self, folder: Path) -> None:
        """Loads the model: half a second and 100 MB. Raises NoModel."""
        for name in (MODEL, TOKENIZER):
            if not (folder / name).is_file():
                raise NoModel(
                    f"{folder / name} is missing: put {MODEL} and {TOKENIZER} of all-MiniLM-L6-v2 (ONNX) "
                    "there, or name their folder with FRIDAY_MINILM_DIR."
                )
        self._tokenizer, self._model = _loaded(folder)
        self._inputs = {each.name for each in self._model.get_inputs()}
        # Other weights make other vectors, which must not lie among these.
        weights = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()[:8]
        self.name = f"minilm-{weights}"
        self.dim = len(self._pooled(["a"])[0])

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder. An empty text gets zeros."""
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        said = [at for at, text in enumerate(texts) if text.strip()]
        for start in range(0, len(said), _AT_ONCE):
            part = said[start : start + _AT_ONCE]
            rows[part] = self._pooled([fold(texts[at]) for at in part])
        lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
        rows /= np.maximum(lengths, np.float32(1e-9))
        return rows

    def _pooled(self, texts: Sequence[str]) -> Matrix:
        """The mean of what the model makes of each text's pieces."""
        pieces = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in pieces], dtype=np.int64)
        mask = np.array([each.attention_mask for each in pieces], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        asked = {name: value for name, value in given.items() if name in self._inputs}
        states: Matrix = self._model.run(None, asked)[0]
        counted: Matrix = mask[:, :, None].astype(np.float32)
        sums: Matrix = (states * counted).sum(axis=1)
        return (sums / np.maximum(counted.sum(axis=1), 1)).astype(np.float32)


def _loaded(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model. The libraries are loaded here, so that nobody else pays for them."""
    try:
        import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
        import tokenizers
    except ImportError as error:
        raise NoModel(f"{error.name} is missing: pip install 'friday-ops[minilm]'.") from error
    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    # All of them would leave no processor to whoever chats while many texts are read.
    options.intra_op_num_threads = max(1, (os.cpu_count() or 2) // 2)
    try:
        tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
        model = runtime.InferenceSession(
            str(folder / MODEL), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise NoModel(f"The files in {folder} are not a model that can be read: {error}") from error
    tokenizer.enable_truncation(max_length=_TOKENS)
    tokenizer.enable_padding()
    return tokenizer, model
