"""Ways to answer without the evidence. Each is learned on one half and scored on the other.

Inputs are integer codes, `(batch, time, features)`, with `HIDDEN` where nothing may be seen;
labels are integers, `(batch,)`.
"""

import numpy as np

HIDDEN = -1
_BINS = 8
_MANY_CODES = 32


def encode(x, visible):
    """Codes of tokens, of one-hot symbols, or, for real numbers, of the bin they fall into."""
    if x.ndim == 2:
        codes = x[..., None].astype(int)
    elif set(np.unique(x)) <= {0, 1} and (x.sum(axis=-1) <= 1).all():
        codes = x.argmax(axis=-1)[..., None]
    else:
        seen = x[visible]  # (steps, features)
        edges = np.quantile(seen, np.linspace(0, 1, _BINS + 1)[1:-1], axis=0)
        codes = np.stack(
            [np.searchsorted(edges[:, f], x[..., f]) for f in range(x.shape[-1])], axis=-1
        )
    return np.where(visible[..., None], codes, HIDDEN)


def as_classes(answers):
    """Labels of one answer: classes as they are, numbers by the quarter that they are in."""
    if np.issubdtype(answers.dtype, np.integer):
        return answers.astype(int)
    return np.searchsorted(np.quantile(answers, [0.25, 0.5, 0.75]), answers)


def excess(predicted, labels):
    """Standard errors by which predictions beat the most frequent label."""
    guess = np.bincount(labels).max() / len(labels)
    error = np.sqrt(guess * (1 - guess) / len(labels))
    return ((predicted == labels).mean() - guess) / error


def halves(array):
    return array[::2], array[1::2]


def look_up(codes, labels):
    """Excess of always answering what most often came with this code; codes `(batch,)`."""
    (codes, new_codes), (labels, new_labels) = halves(codes + 1), halves(labels)
    num_codes, num_labels = max(codes.max(), new_codes.max()) + 1, labels.max() + 1
    counts = np.bincount(codes * num_labels + labels, minlength=num_codes * num_labels)
    table = counts.reshape(num_codes, num_labels)
    best = np.where(table.sum(axis=1) > 0, table.argmax(axis=1), np.bincount(labels).argmax())
    return excess(best[new_codes], new_labels)


def bag(codes, labels):
    """Excess of naive Bayes on how often each code occurs, wherever it stands."""
    features = np.arange(codes.shape[-1]) * (codes.max() + 2)
    flat = (codes + 1 + features).reshape(len(codes), -1)
    return _naive_bayes(flat, labels)


def sequence(codes, labels):
    """Excess of naive Bayes on which code stands where."""
    flat = (codes + 1).reshape(len(codes), -1)
    return _naive_bayes(flat + np.arange(flat.shape[1]) * (flat.max() + 1), labels)


def checksums(codes, labels):
    """Largest excess of looking up the sum of all codes modulo a small number."""
    total = np.where(codes == HIDDEN, 0, codes).reshape(len(codes), -1).sum(axis=1)
    return max(look_up(total % base, labels) for base in range(2, 65))


def pairs(codes, labels):
    """Largest excess of looking up two steps at once; codes `(batch, time)`."""
    base = codes.max() + 2
    if base > _MANY_CODES:
        return -np.inf  # too many pairs to meet any of them twice
    columns = (codes + 1).T
    return max(
        look_up(first * base + second, labels)
        for index, first in enumerate(columns)
        for second in columns[index + 1 :]
    )


def _naive_bayes(words, labels):
    (words, new_words), (labels, new_labels) = halves(words), halves(labels)
    num_words, num_labels = max(words.max(), new_words.max()) + 1, labels.max() + 1
    counts = np.ones((num_words, num_labels))
    np.add.at(counts, (words, labels[:, None]), 1)
    log_probability = np.log(counts / counts.sum(axis=0))
    scores = np.log(np.bincount(labels, minlength=num_labels) + 1.0)
    scores = scores + log_probability[new_words].sum(axis=1)
    return excess(scores.argmax(axis=1), new_labels)
