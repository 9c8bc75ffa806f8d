"""Where arrays live. Two habits of the course: name a context for data and one for the model, and move batches between.

On a machine without a usable GPU both are the CPU, and the same code runs.
"""

import mxnet as mx
from mxnet import nd

__all__ = ["available_gpus", "data_ctx", "model_ctx"]


def available_gpus() -> list[mx.Context]:
    """Return the GPUs that this MXNet can compute on, in device order; an empty list where there are none.

    A card can be present and still be useless to MXNet, for instance when the build holds no machine code for it. So
    each card is tried with one small operation, and left out if MXNet refuses.
    """
    try:
        candidates = [mx.gpu(i) for i in range(mx.context.num_gpus())]
    except mx.MXNetError:  # a CUDA build without a working driver
        return []
    return [gpu for gpu in candidates if _computes(gpu)]


def data_ctx() -> mx.Context:
    """Return the context that holds the whole data set: the CPU, whose memory is the larger."""
    return mx.cpu()


def model_ctx() -> mx.Context:
    """Return the context for parameters and for the batch in hand: the first usable GPU, or else the CPU."""
    gpus = available_gpus()
    return gpus[0] if gpus else mx.cpu()


def _computes(ctx: mx.Context) -> bool:
    try:
        return bool((nd.ones((1,), ctx=ctx) + 1).asscalar() == 2)
    except mx.MXNetError:
        return False
