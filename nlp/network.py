"""The neural network that is trained: one encoder, mean pooling, one linear layer whose outputs all tasks share out."""

from pathlib import Path

from torch import Tensor, nn
from transformers import BertConfig, BertModel

from nlp.tasks import TASKS


def slices() -> dict[str, slice]:
    """Return which of the network's outputs belong to which task."""
    found, start = {}, 0
    for task in TASKS.values():
        found[task.name] = slice(start, start + len(task.labels))
        start += len(task.labels)
    return found


class Network(nn.Module):
    """Token ids and attention mask (int64 [n, length]) to the logits of all tasks (float32 [n, labels])."""

    def __init__(self, encoder: BertModel, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(width, sum(len(task.labels) for task in TASKS.values()))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        logits: Tensor = self.heads(self.dropout(pooled))
        return logits


def from_base(directory: Path) -> Network:
    """Start from a pre-trained encoder. Attention dropout is off: it costs a tenth of the time and helps nothing."""
    encoder = BertModel.from_pretrained(directory, attention_probs_dropout_prob=0.0, add_pooling_layer=False)
    return Network(encoder, encoder.config.hidden_size)


def tiny() -> Network:
    """Return a network of random weights, small enough to train for one step in a test."""
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, max_position_embeddings=512
    )
    return Network(BertModel(config, add_pooling_layer=False), config.hidden_size)
