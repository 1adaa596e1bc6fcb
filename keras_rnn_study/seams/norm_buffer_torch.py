"""Norms of steps that PyTorch runs: rows of a tensor on the device that the gradients are on."""

from collections.abc import Sequence

import numpy as np
import torch


class TorchBuffer:
    """See `NormBuffer`. A GPU is not waited for until rows are read."""

    def __init__(self, rows: int, columns: int) -> None:
        self._shape, self._count = (rows, columns), 0
        self._buffer: torch.Tensor | None = None

    @torch.compiler.disable  # each step has another count, and would be compiled anew
    def norms(
        self, gradients: Sequence[torch.Tensor], scale: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """See `NormBuffer`."""
        if not gradients:
            return torch.zeros((), dtype=torch.float64), []
        each = torch.stack([_norm(gradient) for gradient in gradients]) / scale.detach()
        return torch.linalg.vector_norm(each), list(each)

    @torch.compiler.disable
    def write(self, step: torch.Tensor, values: dict[int, torch.Tensor]) -> None:
        """See `NormBuffer`."""
        rows, columns = self._shape
        device = next(iter(values.values())).device
        if self._buffer is None:
            self._buffer = torch.empty(self._shape, dtype=torch.float64, device=device)
        row = [torch.as_tensor(values.get(column, np.nan)) for column in range(1, columns)]
        row = [value.detach().to(device).to(torch.float64) for value in [step, *row]]
        self._buffer[self._count % rows] = torch.stack(row)
        self._count += 1

    def written(self) -> int:
        """See `NormBuffer`."""
        return self._count

    def read(self, rows: np.ndarray) -> np.ndarray:
        """See `NormBuffer`."""
        if self._buffer is None:
            return np.empty((0, self._shape[1]))
        return self._buffer[torch.as_tensor(rows)].cpu().numpy()


def _norm(gradient: torch.Tensor) -> torch.Tensor:
    # In float64, as squares of an exploding gradient overflow float32; Apple's GPUs have none.
    if gradient.device.type == "mps":
        gradient = gradient.cpu()
    return torch.linalg.vector_norm(gradient.detach(), dtype=torch.float64)
