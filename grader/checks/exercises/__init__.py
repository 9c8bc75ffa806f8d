"""Seven exercises about linear regression, most of them with a function or two that can be checked."""

from grader.checks.exercises import (
    batch_sizes,
    descend,
    epoch_loss,
    fit_resistance,
    fit_temperature,
    largest_stable_rate,
    log_planck,
    plot_sweep,
    safe_loss,
    second_derivative,
    second_difference,
)

PARTS = (
    descend.PART,
    fit_resistance.PART,
    log_planck.PART,
    fit_temperature.PART,
    second_derivative.PART,
    second_difference.PART,
    safe_loss.PART,
    largest_stable_rate.PART,
    plot_sweep.PART,
    batch_sizes.PART,
    epoch_loss.PART,
)
