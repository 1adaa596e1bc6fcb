"""The search for states at which a cell hardly moves: Levenberg's and Marquardt's method."""

import numpy as np

from keras_rnn_study.dynamics.state_map import StateMap

_MOST_STEPS = 200  # of the search; it doubles its digits per step near a point
_SAME = 1e-5  # points that are nearer to each other than this are one


def in_rows(x: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Return one input, (features,), beside each of the states."""
    return np.broadcast_to(x, (len(s), *x.shape))


def slowed(step: StateMap, x: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return states where the speed has a minimum, and the speeds there.

    Args:
        step: The cell.
        x: Its input at every step, (features,).
        s: Where to start, (starts, states).
    """
    damping = np.full(len(s), 1e-2)
    moved = step(in_rows(x, s), s) - s
    for _ in range(_MOST_STEPS):
        slope = step.jacobian(in_rows(x, s), s) - np.eye(step.num_states)
        square = slope.swapaxes(1, 2) @ slope + damping[:, None, None] * np.eye(step.num_states)
        change = np.linalg.solve(square, -np.einsum("nij,ni->nj", slope, moved)[..., None])[..., 0]
        new_moved = step(in_rows(x, s), s + change) - (s + change)
        better = _norm(new_moved) < _norm(moved)
        s = np.where(better[:, None], s + change, s)
        moved = np.where(better[:, None], new_moved, moved)
        damping = np.clip(np.where(better, damping / 10, damping * 10), 1e-14, 1e8)
        if not better.any() and (damping >= 1e2).all():
            break
    return s, _norm(moved)


def merged(states: np.ndarray, speeds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the slowest of each heap of states, its speed, and how many there are in the heap."""
    kept: list[int] = []
    counts: list[int] = []
    for i in np.argsort(speeds):
        distances = _norm(states[kept] - states[i])
        near = np.flatnonzero(distances < _SAME * (1 + _norm(states[i])))
        if near.size:
            counts[near[0]] += 1
        else:
            kept.append(int(i))
            counts.append(1)
    order = np.argsort(-np.array(counts, int), kind="stable")
    return states[kept][order], speeds[kept][order], np.array(counts, int)[order]


def _norm(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(vectors, axis=-1))
