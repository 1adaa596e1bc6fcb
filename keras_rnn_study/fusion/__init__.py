"""Faster loops for standard layers: `fused(model)` swaps `RNN.inner_loop` on the instances.

    fused(model)  swapping.py     which layers, and their way back
                  fused_obstacles.py  what keeps a layer on Keras' own loop
                  inner_loop.py   what a layer calls instead: order, dropout, masks, outputs
                  cpu_loop.py     the loop on a CPU: the faster of two, on all cores
                  xla_loop.py     of any cell: hand-written gradients, compiled by XLA
                  block_loop.py   of a small LSTM: TensorFlow's one operation for all steps
                  padding.py      the few lengths that XLA compiles for, where there are many
                  once.py         a hand-written gradient, which is differentiated once
                  cudnn_loop.py   the loop of a SimpleRNN on a GPU

Weights, config and saved files stay those of the standard layer. The equations are those that
traces use, `keras_rnn_study/cells/`, one module per cell.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
