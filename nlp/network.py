"""The neural network that is trained: one encoder, mean pooling, one linear layer whose outputs all tasks share out."""

import hashlib
from pathlib import Path

from torch import Tensor, nn
from transformers import AutoModel, BertConfig, BertModel, PreTrainedModel

from nlp.tasks import TASKS


def slices() -> dict[str, slice]:
    """Return which of the network's outputs belong to which task."""
    found, start = {}, 0
    for task in TASKS.values():
        found[task.name] = slice(start, start + len(task.labels))
        start += len(task.labels)
    return found


OUTPUTS = sum(len(task.labels) for task in TASKS.values())


class Network(nn.Module):
    """Token ids and attention mask (int64 [n, length]) to the logits of all tasks (float32 [n, OUTPUTS])."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(encoder.config.hidden_size, OUTPUTS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits: Tensor = self.heads(self.dropout(self.pooled(input_ids, attention_mask)))
        return logits

    def pooled(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the mean of the text's word vectors (float32 [n, width])."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean: Tensor = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        return mean

    def fingerprint(self) -> str:
        """Return a hash of all weights."""
        found = hashlib.sha256()
        for tensor in self.state_dict().values():
            found.update(tensor.numpy().tobytes())
        return found.hexdigest()[:16]

    def layers(self) -> list[nn.Module]:
        """Return the encoder's layers, those next to the words first."""
        return list(self.encoder.get_submodule("encoder.layer").children())


def from_base(directory: Path) -> Network:
    """Start from a pre-trained encoder. Attention dropout is off: it costs a tenth of the time and helps nothing."""
    return Network(
        AutoModel.from_pretrained(
            directory, attention_probs_dropout_prob=0.0, add_pooling_layer=False, attn_implementation="eager"
        )
    )


def tiny() -> Network:
    """Return a network of random weights, small enough to train for one step in a test."""
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, max_position_embeddings=512
    )
    return Network(BertModel(config, add_pooling_layer=False))
