"""Where arrays live, on machines with and without a GPU."""

import mxnet as mx
import pytest

from solutions import contexts


def test_without_a_usable_gpu_everything_lives_on_the_cpu(monkeypatch):
    monkeypatch.setattr(contexts, "available_gpus", list)
    assert (contexts.data_ctx(), contexts.model_ctx()) == (mx.cpu(), mx.cpu())


def test_with_a_gpu_the_model_lives_there_and_the_data_do_not(monkeypatch):
    monkeypatch.setattr(contexts, "available_gpus", lambda: [mx.gpu(1), mx.gpu(2)])
    assert (contexts.data_ctx(), contexts.model_ctx()) == (mx.cpu(), mx.gpu(1))


def test_a_gpu_that_refuses_to_compute_is_left_out(monkeypatch):
    usable = contexts.available_gpus()
    present = mx.context.num_gpus()
    monkeypatch.setattr(mx.context, "num_gpus", lambda: present + 1)
    assert contexts.available_gpus() == usable


def test_a_broken_driver_counts_as_no_gpu(monkeypatch):
    def broken() -> int:
        raise mx.MXNetError("CUDA driver version is insufficient")

    monkeypatch.setattr(mx.context, "num_gpus", broken)
    assert contexts.available_gpus() == []


@pytest.mark.gpu
@pytest.mark.skipif(not contexts.available_gpus(), reason="MXNet has no GPU it can run on")
def test_the_first_usable_gpu_is_the_model_context():
    assert contexts.model_ctx() == contexts.available_gpus()[0]
    assert contexts.model_ctx().device_type == "gpu"
