"""A logistic head on frozen embeddings, fitted as a difference to the logits that are there."""

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nlp.metrics import softmax

Vector = npt.NDArray[np.float64]
Objective = Callable[[Vector], tuple[float, Vector]]

STRENGTH = 1.0
"""How strongly the difference is held at zero: the precision of its prior, where embeddings have unit length."""


def fit_difference(
    embeddings: npt.NDArray[np.floating],
    logits: npt.NDArray[np.floating],
    wanted: npt.NDArray[np.floating],
    *,
    temperature: float,
) -> tuple[Vector, Vector]:
    """Return weights [width, labels] and bias [labels], so that `logits + embeddings @ weights + bias` fit `wanted`.

    `wanted` [n, labels] is the probability that each label should have: 1 for what a person said, the model's own
    probabilities where it should stay as it is.

    Multinomial logistic regression with an L2 penalty on the difference alone: a few rows can move it a little only,
    and no rows leave the logits as they are. Embeddings are centred and scaled, so that the penalty means the same
    for every encoder.
    """
    middle = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - middle
    scale = float(np.sqrt((centred**2).sum(axis=1).mean())) or 1.0
    rows = np.hstack([centred / scale, np.ones((len(embeddings), 1))])
    shape = rows.shape[1], logits.shape[1]

    def objective(flat: Vector) -> tuple[float, Vector]:
        probabilities = softmax(logits + rows @ flat.reshape(shape), temperature)
        loss = -(wanted * np.log(probabilities + 1e-12)).sum() + STRENGTH / 2 * (flat @ flat)
        slope = rows.T @ (probabilities - wanted) / temperature
        return float(loss), slope.ravel() + STRENGTH * flat

    found = minimise(objective, np.zeros(shape[0] * shape[1])).reshape(shape)
    weights = found[:-1] / scale
    return weights, found[-1] - middle @ weights


def minimise(objective: Objective, start: Vector, *, steps: int = 300, memory: int = 10) -> Vector:
    """Minimise a smooth convex function, given as value and gradient, by L-BFGS (Nocedal and Wright 2006, ch. 7)."""
    point, (value, slope) = start, objective(start)
    pairs: deque[tuple[Vector, Vector]] = deque(maxlen=memory)
    for _ in range(steps):
        if np.abs(slope).max() < 1e-6:
            break
        direction = -_newton(slope, pairs)
        length = 1.0 if pairs else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        while length > 1e-12:
            following = point + length * direction
            new_value, new_slope = objective(following)
            if new_value <= value + 1e-4 * length * (slope @ direction):
                break
            length /= 2
        else:
            break  # as low as the numbers can tell
        if (following - point) @ (new_slope - slope) > 1e-12:
            pairs.append((following - point, new_slope - slope))
        point, value, slope = following, new_value, new_slope
    return point


def _newton(slope: Vector, pairs: deque[tuple[Vector, Vector]]) -> Vector:
    """Return the slope times the inverse Hessian that the last steps suggest: the two-loop recursion."""
    found, shares = slope.copy(), []
    for step, change in reversed(pairs):
        share = (step @ found) / (step @ change)
        found -= share * change
        shares.append(share)
    if pairs:
        step, change = pairs[-1]
        found *= (step @ change) / (change @ change)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        found += step * (share - (change @ found) / (step @ change))
    return found
