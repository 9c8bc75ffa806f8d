"""What becomes of every wrong submission at the public seed, as in the mark sheet of the first assignment."""

from __future__ import annotations

from grader.submissions import Group

DESCEND = (
    "descend_returns_the_losses_on_the_way",
    "descend_moves_w_and_b",
    "descend_takes_flat_labels",
    "descend_starts_from_zero",
    "descend_leaves_the_data_as_they_were",
    "descend_follows_dtype_and_device",
)
FIT_RESISTANCE = (
    "fit_resistance_finds_the_best_resistance",
    "fit_resistance_works_for_any_size_of_current",
    "fit_resistance_returns_the_losses_on_the_way",
    "fit_resistance_leaves_the_measurements_as_they_were",
)
LOG_PLANCK = (
    "log_planck_is_the_logarithm_of_plancks_law",
    "log_planck_survives_cold_bodies_at_short_wavelengths",
    "log_planck_keeps_its_digits_at_long_wavelengths",
    "log_planck_passes_finite_gradients_to_both",
    "log_planck_keeps_dtype_and_arguments",
    "log_planck_stays_on_the_device_of_wavelength",
)
FIT_TEMPERATURE = (
    "fit_temperature_works_from_3_to_30000_kelvins",
    "fit_temperature_needs_no_bright_wavelength",
    "fit_temperature_averages_the_noise_out",
    "fit_temperature_leaves_the_spectrum_as_it_was",
)
SECOND_DERIVATIVE = (
    "second_derivative_differentiates_twice",
    "second_derivative_keeps_float64",
    "second_derivative_keeps_the_shape_of_x",
    "second_derivative_leaves_x_as_it_was",
    "second_derivative_stays_on_the_device_of_x",
)
SECOND_DIFFERENCE = (
    "second_difference_finds_the_second_derivative",
    "second_difference_has_more_digits_in_float64",
    "second_difference_keeps_the_shape_of_x",
    "second_difference_leaves_x_as_it_was",
    "second_difference_stays_on_the_device_of_x",
)
SAFE_LOSS = (
    "safe_loss_is_half_the_squared_error",
    "safe_loss_pairs_each_prediction_with_its_label",
    "safe_loss_refuses_labels_that_do_not_fit",
    "safe_loss_has_gradient_y_hat_minus_y",
    "safe_loss_follows_its_arguments",
)
LARGEST_STABLE_RATE = (
    "largest_stable_rate_is_two_over_the_largest_eigenvalue",
    "largest_stable_rate_counts_the_bias",
    "largest_stable_rate_follows_the_units",
)
PLOT_SWEEP = (
    "plot_sweep_shows_one_panel_with_its_words",
    "plot_sweep_draws_a_line_for_each_rate",
    "plot_sweep_has_a_logarithmic_scale_for_the_losses",
    "plot_sweep_says_which_line_is_which",
)
BATCH_SIZES = (
    "batch_sizes_keeps_the_short_batch",
    "batch_sizes_discards_the_rest",
    "batch_sizes_rolls_the_rest_over",
)
EPOCH_LOSS = ("epoch_loss_counts_every_example_once",)
CHECKS = {
    "descend": DESCEND,
    "fit_resistance": FIT_RESISTANCE,
    "log_planck": LOG_PLANCK,
    "fit_temperature": FIT_TEMPERATURE,
    "second_derivative": SECOND_DERIVATIVE,
    "second_difference": SECOND_DIFFERENCE,
    "safe_loss": SAFE_LOSS,
    "largest_stable_rate": LARGEST_STABLE_RATE,
    "plot_sweep": PLOT_SWEEP,
    "batch_sizes": BATCH_SIZES,
    "epoch_loss": EPOCH_LOSS,
}
"""The checks of each part in their order."""

GROUPS = (
    Group(
        "Steps of another direction or length, and the losses that belong to them.",
        files=(
            "descend_climbs",
            "descend_divides_by_n_twice",
            "descend_forgets_the_bias",
            "descend_steps_along_the_sum",
        ),
        failed=("descend_returns_the_losses_on_the_way", "descend_moves_w_and_b"),
    ),
    Group(
        "Right steps, wrongly reported.",
        files=("descend_forgets_the_half_in_its_losses", "descend_notes_no_first_loss", "descend_notes_no_last_loss"),
        failed=("descend_returns_the_losses_on_the_way",),
    ),
    Group(
        "Not a list of numbers.",
        files=("descend_returns_an_array",),
        failed=("descend_returns_the_losses_on_the_way",),
        not_run=DESCEND[1:],
    ),
    Group(
        "An error where there is no step to take.",
        files=("descend_needs_a_step",),
        errored=("descend_returns_the_losses_on_the_way",),
    ),
    Group(
        "Right in float32.",
        files=("descend_computes_in_float32",),
        failed=("descend_follows_dtype_and_device",),
    ),
    Group(
        "Right losses of parameters that nobody gets.",
        files=("descend_rebinds_its_parameters",),
        failed=("descend_moves_w_and_b",),
    ),
    Group(
        "The shape trap.",
        files=("descend_subtracts_flat_labels",),
        failed=("descend_takes_flat_labels",),
    ),
    Group(
        "Wrong only where training starts from zero.",
        files=("descend_draws_weights_where_they_are_zero",),
        failed=("descend_starts_from_zero",),
    ),
    Group(
        "The caller's labels are written to, when everything is done.",
        files=("descend_leaves_its_errors_in_the_labels",),
        failed=("descend_leaves_the_data_as_they_were",),
    ),
    Group(
        "An array on the default device.",
        files=("descend_keeps_its_rate_in_an_array_on_the_cpu",),
        errored=("descend_follows_dtype_and_device",),
    ),
    Group(
        "Another number than the resistance, with losses that are not its own.",
        files=("fit_resistance_answers_in_milliohms", "fit_resistance_returns_the_conductance"),
        failed=(
            "fit_resistance_finds_the_best_resistance",
            "fit_resistance_works_for_any_size_of_current",
            "fit_resistance_returns_the_losses_on_the_way",
        ),
    ),
    Group(
        "Right without noise: another line than that of least squares.",
        files=(
            "fit_resistance_averages_ratios",
            "fit_resistance_divides_the_means",
            "fit_resistance_fits_currents_to_voltages",
            "fit_resistance_has_an_offset",
        ),
        failed=("fit_resistance_finds_the_best_resistance",),
    ),
    Group(
        "Not a pair.",
        files=("fit_resistance_returns_one_thing",),
        failed=("fit_resistance_finds_the_best_resistance",),
        not_run=FIT_RESISTANCE[1:],
    ),
    Group(
        "Right around one ampere.",
        files=("fit_resistance_has_a_fixed_rate",),
        failed=("fit_resistance_works_for_any_size_of_current",),
    ),
    Group(
        "The right resistance, with other losses.",
        files=(
            "fit_resistance_explodes_on_the_way",
            "fit_resistance_forgets_the_half_in_its_losses",
            "fit_resistance_sums_its_losses",
        ),
        failed=("fit_resistance_returns_the_losses_on_the_way",),
    ),
    Group(
        "The caller's currents are written to.",
        files=("fit_resistance_rescales_the_currents_in_place",),
        failed=("fit_resistance_leaves_the_measurements_as_they_were",),
    ),
    Group(
        "Off by a constant, which costs one check, and no point of the thermometer.",
        files=("log_planck_counts_per_micrometre", "log_planck_has_half_the_factor", "log_planck_is_the_radiance"),
        failed=("log_planck_is_the_logarithm_of_plancks_law",),
    ),
    Group(
        "One temperature for all wavelengths, so that the course's thermometer, which has one for each, cannot work.",
        files=("log_planck_knows_one_temperature",),
        failed=(
            "log_planck_is_the_logarithm_of_plancks_law",
            "fit_temperature_works_from_3_to_30000_kelvins",
            "fit_temperature_needs_no_bright_wavelength",
            "fit_temperature_averages_the_noise_out",
        ),
    ),
    Group(
        "Not even a thermometer can be made of it.",
        files=("log_planck_is_the_density",),
        failed=(
            "log_planck_is_the_logarithm_of_plancks_law",
            "log_planck_survives_cold_bodies_at_short_wavelengths",
            "log_planck_keeps_its_digits_at_long_wavelengths",
            "log_planck_passes_finite_gradients_to_both",
            "fit_temperature_works_from_3_to_30000_kelvins",
            "fit_temperature_needs_no_bright_wavelength",
            "fit_temperature_averages_the_noise_out",
        ),
    ),
    Group(
        "Another law, wrong at both ends; in float64 its error looks like lost digits where x is large.",
        files=("log_planck_is_wiens",),
        failed=(
            "log_planck_is_the_logarithm_of_plancks_law",
            "log_planck_survives_cold_bodies_at_short_wavelengths",
            "log_planck_keeps_its_digits_at_long_wavelengths",
            "log_planck_passes_finite_gradients_to_both",
            "log_planck_keeps_dtype_and_arguments",
        ),
    ),
    Group(
        "Another logarithm.",
        files=("log_planck_takes_decimal_logarithms",),
        failed=(
            "log_planck_is_the_logarithm_of_plancks_law",
            "log_planck_survives_cold_bodies_at_short_wavelengths",
            "log_planck_keeps_its_digits_at_long_wavelengths",
            "log_planck_passes_finite_gradients_to_both",
        ),
    ),
    Group(
        "Right as far as float32's exponentials reach.",
        files=("log_planck_clips_the_exponent",),
        failed=("log_planck_survives_cold_bodies_at_short_wavelengths",),
    ),
    Group(
        "The thermometer that learns by it meets inf as well, which no other formula is asked for.",
        files=("log_planck_overflows",),
        failed=(
            "log_planck_survives_cold_bodies_at_short_wavelengths",
            "fit_temperature_works_from_3_to_30000_kelvins",
            "fit_temperature_needs_no_bright_wavelength",
            "fit_temperature_averages_the_noise_out",
        ),
    ),
    Group(
        "Right until x is tiny.",
        files=("log_planck_subtracts_from_one",),
        failed=("log_planck_keeps_its_digits_at_long_wavelengths",),
    ),
    Group(
        "Right values, and no gradient or one that is not finite.",
        files=("log_planck_branches_with_where", "log_planck_detaches_T"),
        failed=("log_planck_passes_finite_gradients_to_both",),
    ),
    Group(
        "Right values, but what learns by its gradient cannot.",
        files=("log_planck_leaves_the_graph",),
        failed=("log_planck_passes_finite_gradients_to_both",),
        errored=("fit_temperature_works_from_3_to_30000_kelvins",),
        not_run=FIT_TEMPERATURE[1:],
    ),
    Group(
        "Right in float32, and where nobody looks at the arguments.",
        files=(
            "log_planck_always_gives_float32",
            "log_planck_goes_through_float32",
            "log_planck_turns_the_wavelengths_into_metres_in_place",
        ),
        failed=("log_planck_keeps_dtype_and_arguments",),
    ),
    Group(
        "An array on the default device.",
        files=("log_planck_makes_its_constant_on_the_cpu",),
        errored=("log_planck_stays_on_the_device_of_wavelength",),
    ),
    Group(
        "Another number than the temperature.",
        files=(
            "fit_temperature_answers_in_celsius",
            "fit_temperature_is_wiens_displacement_law",
            "fit_temperature_returns_the_logarithm",
        ),
        failed=(
            "fit_temperature_works_from_3_to_30000_kelvins",
            "fit_temperature_needs_no_bright_wavelength",
            "fit_temperature_averages_the_noise_out",
        ),
    ),
    Group(
        "Right for most bodies.",
        files=("fit_temperature_gives_up_above_ten_thousand",),
        failed=("fit_temperature_works_from_3_to_30000_kelvins",),
    ),
    Group(
        "Not a number.",
        files=("fit_temperature_returns_an_array",),
        failed=("fit_temperature_works_from_3_to_30000_kelvins",),
        not_run=FIT_TEMPERATURE[1:],
    ),
    Group(
        "Nothing is left where there are few wavelengths.",
        files=("fit_temperature_drops_the_outermost_wavelengths",),
        errored=("fit_temperature_needs_no_bright_wavelength",),
    ),
    Group(
        "Right without noise.",
        files=("fit_temperature_believes_the_first_wavelength", "fit_temperature_believes_the_longest_wavelength"),
        failed=("fit_temperature_averages_the_noise_out",),
    ),
    Group(
        "The caller's densities are written to.",
        files=("fit_temperature_takes_logarithms_in_place",),
        failed=("fit_temperature_leaves_the_spectrum_as_it_was",),
    ),
    Group(
        "Something else than f''.",
        files=(
            "second_derivative_adds_both",
            "second_derivative_falls_back_on_zero",
            "second_derivative_squares_the_slope",
            "second_derivative_stops_at_the_first",
        ),
        failed=("second_derivative_differentiates_twice",),
    ),
    Group(
        "MXNet refuses, for every f.",
        files=("second_derivative_forgets_the_graph", "second_derivative_sums_first"),
        errored=("second_derivative_differentiates_twice",),
        not_run=SECOND_DERIVATIVE[1:],
    ),
    Group(
        "Not an array.",
        files=("second_derivative_returns_a_list",),
        failed=("second_derivative_differentiates_twice",),
        not_run=SECOND_DERIVATIVE[1:],
    ),
    Group(
        "Right in float32.",
        files=("second_derivative_casts_to_float32",),
        failed=("second_derivative_keeps_float64",),
    ),
    Group(
        "The right numbers in a flat array.",
        files=("second_derivative_flattens",),
        failed=("second_derivative_keeps_the_shape_of_x",),
    ),
    Group(
        "x is written to, when everything is done.",
        files=("second_derivative_clears_its_argument",),
        failed=("second_derivative_leaves_x_as_it_was",),
    ),
    Group(
        "An array on the default device.",
        files=("second_derivative_makes_its_head_on_the_cpu",),
        errored=("second_derivative_stays_on_the_device_of_x",),
    ),
    Group(
        "MXNet refuses.",
        files=("second_difference_differentiates_twice",),
        errored=("second_difference_finds_the_second_derivative",),
        not_run=SECOND_DIFFERENCE[1:],
    ),
    Group(
        "Wrong in float32 and in float64.",
        files=(
            "second_difference_divides_by_one_step",
            "second_difference_subtracts_the_wrong_way",
            "second_difference_takes_too_large_a_step",
            "second_difference_trusts_create_graph",
        ),
        failed=("second_difference_finds_the_second_derivative", "second_difference_has_more_digits_in_float64"),
    ),
    Group(
        "Right in float64.",
        files=("second_difference_takes_too_small_a_step",),
        failed=("second_difference_finds_the_second_derivative",),
    ),
    Group(
        "Right in float32.",
        files=("second_difference_has_one_step_for_all_dtypes",),
        failed=("second_difference_has_more_digits_in_float64",),
    ),
    Group(
        "The right numbers in a column.",
        files=("second_difference_makes_a_column",),
        failed=("second_difference_keeps_the_shape_of_x",),
    ),
    Group(
        "x is written to.",
        files=("second_difference_moves_its_argument",),
        failed=("second_difference_leaves_x_as_it_was",),
    ),
    Group(
        "An array on the default device.",
        files=("second_difference_keeps_its_step_on_the_cpu",),
        errored=("second_difference_stays_on_the_device_of_x",),
    ),
    Group(
        "Wrong losses, in the right shape.",
        files=("safe_loss_forgets_the_half", "safe_loss_spares_large_errors"),
        failed=("safe_loss_is_half_the_squared_error",),
    ),
    Group(
        "One loss for all.",
        files=("safe_loss_takes_the_mean",),
        failed=(
            "safe_loss_is_half_the_squared_error",
            "safe_loss_pairs_each_prediction_with_its_label",
            "safe_loss_has_gradient_y_hat_minus_y",
        ),
    ),
    Group(
        "Right for labels in a column.",
        files=("safe_loss_counts_and_broadcasts", "safe_loss_has_the_shape_of_y"),
        failed=("safe_loss_pairs_each_prediction_with_its_label",),
    ),
    Group(
        "Refused, but not as promised.",
        files=("safe_loss_asserts", "safe_loss_leaves_the_refusal_to_mxnet"),
        errored=("safe_loss_refuses_labels_that_do_not_fit",),
    ),
    Group(
        "Some labels that do not fit go through.",
        files=("safe_loss_lets_one_label_through",),
        failed=("safe_loss_refuses_labels_that_do_not_fit",),
    ),
    Group(
        "Right in float32, or on the default device.",
        files=("safe_loss_casts_to_float32",),
        failed=("safe_loss_follows_its_arguments",),
    ),
    Group(
        "An array on the default device.",
        files=("safe_loss_keeps_its_half_on_the_cpu",),
        errored=("safe_loss_follows_its_arguments",),
    ),
    Group(
        "Writes into the labels, which autograd does not allow either.",
        files=("safe_loss_subtracts_in_place",),
        failed=("safe_loss_follows_its_arguments",),
        errored=("safe_loss_has_gradient_y_hat_minus_y",),
    ),
    Group(
        "Right losses without a gradient.",
        files=("safe_loss_detaches",),
        failed=("safe_loss_has_gradient_y_hat_minus_y",),
    ),
    Group(
        "Wrong everywhere.",
        files=(
            "largest_stable_rate_forgets_the_mean",
            "largest_stable_rate_is_the_fastest",
            "largest_stable_rate_takes_the_smallest_eigenvalue",
        ),
        failed=LARGEST_STABLE_RATE,
    ),
    Group(
        "Right where one eigenvalue is far larger than all others.",
        files=("largest_stable_rate_starts_from_ones", "largest_stable_rate_stops_after_three_rounds"),
        failed=("largest_stable_rate_is_two_over_the_largest_eigenvalue",),
    ),
    Group(
        "Nearly right for a single feature of large size.",
        files=("largest_stable_rate_sums_the_eigenvalues",),
        failed=("largest_stable_rate_is_two_over_the_largest_eigenvalue", "largest_stable_rate_counts_the_bias"),
    ),
    Group(
        "Right for features around zero.",
        files=("largest_stable_rate_centres_the_features", "largest_stable_rate_forgets_the_bias"),
        failed=("largest_stable_rate_counts_the_bias",),
    ),
    Group(
        "Right where rates are not tiny.",
        files=("largest_stable_rate_rounds",),
        failed=("largest_stable_rate_follows_the_units",),
    ),
    Group(
        "Words are missing.",
        files=("plot_sweep_has_no_title", "plot_sweep_names_one_axis_only"),
        failed=("plot_sweep_shows_one_panel_with_its_words",),
    ),
    Group(
        "More than one figure.",
        files=("plot_sweep_makes_a_figure_for_each_rate",),
        failed=("plot_sweep_shows_one_panel_with_its_words",),
        not_run=PLOT_SWEEP[1:],
    ),
    Group(
        "The lines are there, and not as asked for.",
        files=("plot_sweep_counts_from_one", "plot_sweep_draws_points", "plot_sweep_knows_one_number_of_steps"),
        failed=("plot_sweep_draws_a_line_for_each_rate",),
    ),
    Group(
        "Other heights on another scale.",
        files=("plot_sweep_draws_logarithms",),
        failed=("plot_sweep_draws_a_line_for_each_rate", "plot_sweep_has_a_logarithmic_scale_for_the_losses"),
    ),
    Group(
        "A wrong scale.",
        files=("plot_sweep_has_a_linear_scale", "plot_sweep_has_two_logarithmic_scales"),
        failed=("plot_sweep_has_a_logarithmic_scale_for_the_losses",),
    ),
    Group(
        "Nobody can tell which line is which.",
        files=("plot_sweep_has_no_legend", "plot_sweep_numbers_its_lines", "plot_sweep_sorts_the_labels_only"),
        failed=("plot_sweep_says_which_line_is_which",),
    ),
    Group(
        "Wrong about the batch that is kept.",
        files=("batch_sizes_adds_an_empty_batch", "batch_sizes_fills_the_short_batch"),
        failed=("batch_sizes_keeps_the_short_batch",),
    ),
    Group(
        "There is nothing that stands for a pass.",
        files=("batch_sizes_runs_passes_together",),
        failed=("batch_sizes_keeps_the_short_batch",),
        not_run=BATCH_SIZES[1:],
    ),
    Group(
        "The last argument is never looked at.",
        files=("batch_sizes_keeps_always",),
        failed=BATCH_SIZES[1:],
    ),
    Group(
        "Batches that are not full where all should be.",
        files=("batch_sizes_never_discards", "batch_sizes_takes_small_sets_whole"),
        failed=("batch_sizes_discards_the_rest",),
    ),
    Group(
        "What rolls over is lost, forgotten or dealt out by itself.",
        files=(
            "batch_sizes_forgets_what_waited_before",
            "batch_sizes_loses_what_should_roll_over",
            "batch_sizes_rolls_over_a_small_batch",
        ),
        failed=("batch_sizes_rolls_the_rest_over",),
    ),
    Group(
        "Examples count as often as they should not.",
        files=(
            "epoch_loss_adds_everything_up",
            "epoch_loss_averages_the_means",
            "epoch_loss_divides_the_means_by_the_examples",
            "epoch_loss_takes_all_batches_for_full",
        ),
        failed=("epoch_loss_counts_every_example_once",),
    ),
    Group(
        "Lists are no arrays.",
        files=("epoch_loss_multiplies_lists",),
        errored=("epoch_loss_counts_every_example_once",),
    ),
)

WRONG = {file: group.statuses() for group in GROUPS for file in group.files}
"""Check id to status, for each wrong submission, of the checks that do not pass."""

SECONDS: dict[str, float] = {}
"""How long a call may take, where waiting for the usual limit would teach nothing."""
