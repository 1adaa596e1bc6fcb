"""Another optimizer like the model's, for updates that the model's own must not hear of."""

import keras


class CannotCopyError(ValueError):
    """An optimizer that cannot be copied."""


def copied_optimizer(
    model: keras.Model, weights: list[keras.Variable]
) -> keras.optimizers.Optimizer:
    """Return another optimizer like the model's, in the same state, for other variables.

    Raises:
        CannotCopyError: It scales the loss, or was built on other weights.
    """
    optimizer = model.optimizer
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scales or getattr(optimizer, "loss_scale_factor", None):
        raise CannotCopyError("the optimizer scales the loss, as float16 training needs")
    copy = type(optimizer).from_config(optimizer.get_config())
    copy.build(weights)
    if optimizer.built:
        if len(copy.variables) != len(optimizer.variables):
            raise CannotCopyError("the optimizer was built on other weights than the model has")
        for mine, theirs in zip(copy.variables, optimizer.variables, strict=True):
            mine.assign(theirs)
    return copy
