"""Faster loops for standard layers: `fused(model)` swaps `RNN.inner_loop` on the instances.

    fused(model)  swapping.py     which layers, and their way back
                  eligibility.py  what keeps a layer on Keras' own loop
                  inner_loop.py   what a layer calls instead: order, dropout, masks, outputs
                  cpu_loop.py     the loop on a CPU: the faster of two, on all cores
                  xla_loop.py     of any cell: hand-written gradients, compiled by XLA
                  block_loop.py   of a small LSTM: TensorFlow's one operation for all steps
                  cudnn_loop.py   the loop of a SimpleRNN on a GPU

Weights, config and saved files stay those of the standard layer. The equations are those that the
replay uses, `keras_rnn_study/replay/`, one module a cell.
"""

from keras_rnn_study.fusion.swapping import fused

__all__ = ["fused"]
