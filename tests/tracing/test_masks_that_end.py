"""From Keras 3.16 on a mask ends at the first recurrent layer; Keras says so as a trace runs."""

import keras
import numpy as np
import pytest

from keras_rnn_study import trace


@pytest.mark.filterwarnings("ignore:Layer.*does not support masking")
def test_a_mask_that_ends():
    x = np.ones((2, 5, 4), "float32")
    x[0, 3:] = 0
    first = keras.layers.LSTM(2, return_sequences=True, name="first")
    first.supports_masking = False
    second = keras.layers.LSTM(3, name="second")
    model = keras.Sequential([keras.Input((5, 4)), keras.layers.Masking(), first, second])
    with pytest.warns(UserWarning, match="'first'.*Downstream layers will not see the mask"):
        traced = trace(model, x)
    assert traced["first"].mask.sum() == 8
    assert traced["second"].mask is None
