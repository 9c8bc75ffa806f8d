"""Iterators and contexts: the same model with MXNet's tools for data, batches moved between devices, and a picture."""

from grader.checks.iterators_and_contexts import (
    epoch_iterator,
    fit,
    make_loader,
    moving_average,
    net,
    plot_training,
    sgd,
    square_loss,
    synthetic_data,
    to_context,
    train_step,
)

PARTS = (
    synthetic_data.PART,
    to_context.PART,
    make_loader.PART,
    epoch_iterator.PART,
    net.PART,
    square_loss.PART,
    sgd.PART,
    train_step.PART,
    fit.PART,
    moving_average.PART,
    plot_training.PART,
)
