"""Which cells have a module with their equations; a new one needs its line here."""

import keras

from keras_rnn_study.cells import gru, lstm, simple_rnn
from keras_rnn_study.cells.cell_module import FusedCell

EQUATIONS: dict[type, FusedCell] = {
    keras.layers.SimpleRNNCell: simple_rnn,
    keras.layers.LSTMCell: lstm,
    keras.layers.GRUCell: gru,
}
