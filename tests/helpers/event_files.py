"""Reads event files back."""

import glob

import numpy as np
import tensorflow as tf


def files(log_dir, run="rnn"):
    return sorted(glob.glob(f"{log_dir}/{run}/*tfevents*"))


def values_in(log_dir, run="rnn"):
    """All (tag, step, tensor) in the order of writing."""
    found = []
    for path in files(log_dir, run):
        for record in tf.data.TFRecordDataset(path):
            event = tf.compat.v1.Event.FromString(record.numpy())
            found += [
                (value.tag, event.step, tf.make_ndarray(value.tensor))
                for value in event.summary.value
            ]
    return found


def scalars_in(log_dir):
    """dict of tag to dict of step to value."""
    found = {}
    for tag, step, value in values_in(log_dir):
        if np.ndim(value) == 0:
            found.setdefault(tag, {})[step] = float(value)
    return found
