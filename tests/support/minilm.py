"""A model of four words in the place of MiniLM: it knows that a hound is a dog."""

import base64
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

# One ONNX node: Gather of the rows (0 0) (0 0) (1 0) (1 .1) (0 1) by `input_ids`; it takes no `token_type_ids`.
_ROWS = (
    "CAgSADrZAQotCgV0YWJsZQoJaW5wdXRfaWRzEhFsYXN0X2hpZGRlbl9zdGF0ZSIGR2F0aGVyEgFnKjcIBQgCEAFCBXRhYmxl"
    "SigAAAAAAAAAAAAAAAAAAAAAAACAPwAAAAAAAIA/zczMPQAAAAAAAIA/Wh0KCWlucHV0X2lkcxIQCg4IBxIKCgMSAWIKAxIB"
    "dFoiCg5hdHRlbnRpb25fbWFzaxIQCg4IBxIKCgMSAWIKAxIBdGIpChFsYXN0X2hpZGRlbl9zdGF0ZRIUChIIARIOCgMSAWIK"
    "AxIBdAoCCAJCBAoAEA0="
)
_WORDS = {"[PAD]": 0, "[UNK]": 1, "dog": 2, "hound": 3, "invoice": 4}


def put_model(folder: Path) -> Path:
    """The two files, as MiniLM's own would lie there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(base64.b64decode(_ROWS))
    tokenizer = Tokenizer(WordLevel(_WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
