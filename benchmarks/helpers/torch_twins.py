"""PyTorch's counterparts of the models in `models.py`; imported only where PyTorch is installed."""

import functools
import itertools

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

FUSED = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = {"simple_rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
# Small matrices are often faster with one thread, above all where cores are shared.
THREADS = {"cpu": sorted({1, torch.get_num_threads()}), "cuda": [torch.get_num_threads()]}[DEVICE]


class Fused(nn.Module):
    """PyTorch's own recurrent layer, the whole loop in one call, and a number out of it."""

    def __init__(self, cell, size):
        super().__init__()
        _, _, features, units = size
        self.recurrent = FUSED[cell](features, units, batch_first=True)
        self.dense = nn.Linear(units, 1)

    def forward(self, x):
        """(batch, time, features) to (batch, 1)."""
        outputs, _ = self.recurrent(x)
        return self.dense(outputs[:, -1])


class Unrolled(nn.Module):
    """The loop written out over a cell: the only way to dL/dh_t of every step there."""

    def __init__(self, cell, size):
        super().__init__()
        _, _, features, units = size
        self.cell = CELLS[cell](features, units)
        self.dense = nn.Linear(units, 1)
        self.hidden = []

    def forward(self, x):
        """(batch, time, features) to (batch, 1); keeps every h_t and asks for its gradient."""
        state, self.hidden = None, []
        for x_t in x.unbind(1):
            state = self.cell(x_t, state)
            h = state[0] if isinstance(state, tuple) else state
            h.retain_grad()
            self.hidden.append(h)
        return self.dense(self.hidden[-1])

    def step_gradients(self, x, y):
        """dL/dh_t, (batch, time, units)."""
        self.zero_grad()
        nn.functional.mse_loss(self(x), y).backward()
        gradients = torch.stack([h.grad for h in self.hidden], 1)
        wait()
        return gradients


class Training:
    """Trains a `Fused` model on batches that lie ready where it runs."""

    def __init__(self, cell, size, x, y):
        self.model = Fused(cell, size).to(DEVICE)
        self._optimizer = torch.optim.Adam(self.model.parameters())
        samples = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
        self._loader = DataLoader(samples, batch_size=size[0])
        x, y = tensors(x, y)
        self._batches = list(zip(x.split(size[0]), y.split(size[0]), strict=True))

    def steps(self, count):
        """That many steps; reads the loss once, as Keras does in an epoch."""
        total = 0.0
        for x, y in itertools.islice(itertools.cycle(self._batches), count):
            total = total + self._step(x, y).detach()
        return float(total)

    def epoch(self):
        """An epoch as most people write it: a `DataLoader`, and a running mean of the loss."""
        total = seen = 0
        for x, y in self._loader:
            loss = self._step(x.to(DEVICE), y.to(DEVICE))
            total, seen = total + loss.item() * len(x), seen + len(x)
        return total / seen

    def _step(self, x, y):
        self._optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(x), y)
        loss.backward()
        self._optimizer.step()
        return loss


def threaded(name, function):
    """dict of (name, number of threads) to the function that runs with so many."""

    def run(threads):
        torch.set_num_threads(threads)
        function()

    return {(name, threads): functools.partial(run, threads) for threads in THREADS}


def tensors(*arrays):
    """Where it runs."""
    return [torch.from_numpy(array).to(DEVICE) for array in arrays]


def wait():
    """Until the GPU, if that is where it runs, is done."""
    if DEVICE == "cuda":
        torch.cuda.synchronize()
