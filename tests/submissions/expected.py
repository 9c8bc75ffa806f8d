"""What becomes of every wrong submission at the public seed: the grader's own mark sheet.

Each group names the files in which a mistake shows in the same way, and every check that does not pass, by status;
all others pass. What a part scores follows from the points of its checks.
"""

from __future__ import annotations

from grader.submissions import Group

DATA_ITER = (
    "data_iter_yields_pairs_of_ndarrays",
    "data_iter_yields_every_example_exactly_once",
    "data_iter_keeps_features_with_their_labels",
    "data_iter_fills_every_batch_but_the_last",
    "data_iter_draws_a_new_order_for_each_pass",
    "data_iter_shuffles_all_examples_uniformly",
    "data_iter_keeps_the_dtype",
    "data_iter_leaves_features_and_labels_as_they_were",
    "data_iter_stays_on_the_device_of_features",
)
LINREG = (
    "linreg_computes_Xw_plus_b",
    "linreg_passes_gradients_to_X_w_and_b",
    "linreg_keeps_float64",
    "linreg_leaves_its_arguments_as_they_were",
    "linreg_stays_on_the_device_of_X",
)
SQUARED_LOSS = (
    "squared_loss_is_half_the_squared_error",
    "squared_loss_keeps_the_shape_of_y_hat",
    "squared_loss_has_gradient_y_hat_minus_y",
    "squared_loss_keeps_dtype_and_arguments",
    "squared_loss_stays_on_the_device_of_y_hat",
)
SGD = (
    "sgd_updates_the_parameters_in_place",
    "sgd_steps_against_the_gradient",
    "sgd_divides_the_gradient_by_batch_size",
    "sgd_leaves_the_gradients_alone",
    "sgd_follows_the_device_and_dtype_of_params",
)
TRAINING = ("training_reaches_the_noise_floor", "training_recovers_the_parameters", "training_follows_every_step")
CHECKS = {"data_iter": DATA_ITER, "linreg": LINREG, "squared_loss": SQUARED_LOSS, "sgd": SGD, "training": TRAINING}
"""The checks of each part in their order."""

GROUPS = (
    Group(
        "Right numbers in a shape of their own.",
        files=("data_iter_flattens_the_features", "data_iter_makes_the_labels_a_column"),
        failed=("data_iter_yields_pairs_of_ndarrays",),
    ),
    Group(
        "Wrong only where two rows are equal.",
        files=("data_iter_loses_repeated_rows",),
        failed=("data_iter_yields_every_example_exactly_once",),
    ),
    Group(
        "Wrong labels, but only in a batch that holds everything: training never sees one.",
        files=("data_iter_forgets_the_labels_when_one_batch_is_enough",),
        failed=("data_iter_keeps_features_with_their_labels",),
    ),
    Group(
        "All rows come, in batches of sizes nobody asked for.",
        files=(
            "data_iter_evens_out_the_batches",
            "data_iter_hard_codes_batches_of_ten",
            "data_iter_puts_the_short_batch_first",
            "data_iter_swaps_the_batch_size",
        ),
        failed=("data_iter_fills_every_batch_but_the_last",),
    ),
    Group(
        "Every order is possible, but not at every pass.",
        files=("data_iter_reshuffles_every_other_pass",),
        failed=("data_iter_draws_a_new_order_for_each_pass",),
    ),
    Group(
        "A new order each time, but not any order.",
        files=(
            "data_iter_leaves_no_row_in_its_place",
            "data_iter_starts_at_a_random_row",
            "data_iter_swaps_a_few_rows",
            "data_iter_swaps_each_row_with_any_other",
        ),
        failed=("data_iter_shuffles_all_examples_uniformly",),
    ),
    Group(
        "Not any order, and no new one where there is one batch, or one row in each.",
        files=("data_iter_mixes_blocks_of_neighbours", "data_iter_shuffles_within_batches_only"),
        failed=("data_iter_draws_a_new_order_for_each_pass", "data_iter_shuffles_all_examples_uniformly"),
    ),
    Group(
        "Digits of float64 are lost on the way.",
        files=("data_iter_goes_through_float32", "data_iter_loses_digits_in_numpy"),
        failed=("data_iter_keeps_the_dtype",),
    ),
    Group(
        "Right batches at the cost of the caller's data.",
        files=("data_iter_shuffles_its_arguments",),
        failed=("data_iter_leaves_features_and_labels_as_they_were",),
    ),
    Group(
        "Arrays made without a context are made on the wrong device.",
        files=("data_iter_brings_its_batches_to_the_cpu",),
        failed=("data_iter_stays_on_the_device_of_features",),
    ),
    Group(
        "Two devices meet in one operator, which is refused.",
        files=("data_iter_leaves_its_index_on_the_cpu",),
        errored=("data_iter_stays_on_the_device_of_features",),
    ),
    Group(
        "Contrived: wrong labels from the 65th batch on, which only the notebook's training has.",
        files=("data_iter_turns_the_labels_after_64_batches",),
        failed=("training_reaches_the_noise_floor",),
    ),
    Group(
        "Right for up to 60 batches.",
        files=("data_iter_stops_after_sixty_batches",),
        failed=("data_iter_yields_every_example_exactly_once", "training_reaches_the_noise_floor"),
    ),
    Group(
        "Right for data sets of up to 600 rows.",
        files=("data_iter_reads_the_first_six_hundred",),
        failed=(
            "data_iter_yields_every_example_exactly_once",
            "data_iter_fills_every_batch_but_the_last",
            "training_reaches_the_noise_floor",
        ),
    ),
    Group(
        "Only the first pass of all is wrong.",
        files=("data_iter_begins_to_shuffle_after_the_first_pass",),
        failed=("data_iter_yields_pairs_of_ndarrays",),
    ),
    Group(
        "Right for whoever uses a batch before the next one comes, as training does.",
        files=("data_iter_fills_one_array_again_and_again",),
        failed=("data_iter_leaves_features_and_labels_as_they_were",),
    ),
    Group(
        "Contrived: wrong labels where no check of data_iter looks and the notebook's problem has no short batch.",
        files=("data_iter_mixes_up_the_last_batch_of_large_data",),
        failed=("training_recovers_the_parameters",),
    ),
    Group(
        "A stub stays a stub with a yield in it.",
        files=("data_iter_is_a_stub_that_yields",),
        not_run=(*DATA_ITER, *TRAINING),
    ),
    Group(
        "MXNet will not pick nothing, so that batches which divide the rows raise.",
        files=("data_iter_ends_with_an_empty_batch",),
        errored=("data_iter_yields_pairs_of_ndarrays", "training_reaches_the_noise_floor"),
        not_run=DATA_ITER[1:],
    ),
    Group(
        "Nothing else can be said of code that never comes back.",
        files=("data_iter_hangs",),
        timed_out=("data_iter_yields_pairs_of_ndarrays", "training_reaches_the_noise_floor"),
        not_run=(*DATA_ITER[1:], *TRAINING[1:]),
    ),
    Group(
        "Nothing that could be iterated over to an end.",
        files=("data_iter_never_ends", "data_iter_returns_nothing"),
        failed=("data_iter_yields_pairs_of_ndarrays", "training_reaches_the_noise_floor"),
        not_run=(*DATA_ITER[1:], *TRAINING[1:]),
    ),
    Group(
        "No pairs of NDArrays, which the loop cannot use either.",
        files=(
            "data_iter_returns_the_first_batch",
            "data_iter_yields_lists_of_rows",
            "data_iter_yields_numpy_arrays",
            "data_iter_yields_only_X",
            "data_iter_yields_the_row_numbers_too",
        ),
        failed=("data_iter_yields_pairs_of_ndarrays",),
        errored=("training_reaches_the_noise_floor",),
        not_run=(*DATA_ITER[1:], *TRAINING[1:]),
    ),
    Group(
        "Right for the notebook's thousand rows and for no other number.",
        files=("data_iter_hard_codes_a_thousand_rows",),
        failed=("data_iter_yields_pairs_of_ndarrays", "training_recovers_the_parameters"),
        not_run=(*DATA_ITER[1:], "training_follows_every_step"),
    ),
    Group(
        "Right where there is more than a batch of rows; raises where there is not.",
        files=("data_iter_fails_on_large_batches",),
        errored=(
            "data_iter_yields_every_example_exactly_once",
            "data_iter_keeps_features_with_their_labels",
            "data_iter_fills_every_batch_but_the_last",
        ),
    ),
    Group(
        "What is left over at the end is lost or filled up.",
        files=("data_iter_drops_the_last_batch", "data_iter_fills_the_last_batch_from_the_start"),
        failed=("data_iter_yields_every_example_exactly_once", "data_iter_fills_every_batch_but_the_last"),
    ),
    Group(
        "A row is missing, and all that follows from it.",
        files=("data_iter_never_draws_the_last_row", "data_iter_skips_row_zero"),
        failed=(
            "data_iter_yields_every_example_exactly_once",
            "data_iter_fills_every_batch_but_the_last",
            "data_iter_shuffles_all_examples_uniformly",
        ),
    ),
    Group(
        "Drawing rows is not shuffling them.",
        files=("data_iter_draws_with_replacement", "data_iter_samples_each_batch_anew"),
        failed=("data_iter_yields_every_example_exactly_once", "data_iter_shuffles_all_examples_uniformly"),
    ),
    Group(
        "Wrong labels: every step is taken correctly, towards the wrong place.",
        files=(
            "data_iter_shuffles_features_only",
            "data_iter_shuffles_labels_separately",
            "data_iter_takes_the_label_of_the_next_row",
            "data_iter_turns_the_labels_of_each_batch_round",
        ),
        failed=(
            "data_iter_keeps_features_with_their_labels",
            "training_reaches_the_noise_floor",
            "training_recovers_the_parameters",
        ),
    ),
    Group(
        "The same order each time: not new, and so not uniform.",
        files=(
            "data_iter_keeps_its_order_in_a_default_argument",
            "data_iter_never_shuffles",
            "data_iter_seeds_the_generator_each_time",
            "data_iter_shuffles_once",
        ),
        failed=("data_iter_draws_a_new_order_for_each_pass", "data_iter_shuffles_all_examples_uniformly"),
    ),
    Group(
        "Right numbers in the wrong shape, or right numbers for a few features: training does not mind.",
        files=("linreg_adds_up_at_most_five_features", "linreg_returns_a_flat_array", "linreg_returns_a_row"),
        failed=("linreg_computes_Xw_plus_b",),
    ),
    Group(
        "The gradient for X is lost, which training never asks for.",
        files=("linreg_detaches_X",),
        failed=("linreg_passes_gradients_to_X_w_and_b",),
    ),
    Group(
        "Digits of float64 are lost on the way.",
        files=("linreg_casts_to_float32", "linreg_goes_through_float32"),
        failed=("linreg_keeps_float64",),
    ),
    Group(
        "Writes into an argument, but never while autograd is watching.",
        files=("linreg_weighs_the_features_in_place",),
        failed=("linreg_leaves_its_arguments_as_they_were",),
    ),
    Group(
        "Two devices meet in one operator, which is refused.",
        files=("linreg_puts_ones_on_the_cpu",),
        errored=("linreg_stays_on_the_device_of_X",),
    ),
    Group(
        "So wrong in shape that the loss cannot be taken.",
        files=("linreg_adds_up_everything", "linreg_multiplies_X_by_itself", "linreg_multiplies_without_adding_up"),
        failed=("linreg_computes_Xw_plus_b", "linreg_passes_gradients_to_X_w_and_b"),
        errored=("training_reaches_the_noise_floor",),
        not_run=TRAINING[1:],
    ),
    Group(
        "Wrong predictions, hence wrong gradients and wrong training.",
        files=(
            "linreg_adds_the_bias_to_the_features",
            "linreg_adds_the_bias_to_the_first_row",
            "linreg_forgets_the_bias",
            "linreg_subtracts_the_bias",
        ),
        failed=("linreg_computes_Xw_plus_b", "linreg_passes_gradients_to_X_w_and_b", *TRAINING),
    ),
    Group(
        "No NDArray, so that nothing else can be said.",
        files=("linreg_forgets_to_return", "linreg_returns_a_numpy_array"),
        failed=("linreg_computes_Xw_plus_b",),
        errored=("training_reaches_the_noise_floor",),
        not_run=(*LINREG[1:], *TRAINING[1:]),
    ),
    Group(
        "Raises whatever it is given.",
        files=("linreg_takes_no_bias", "linreg_uses_the_at_sign"),
        errored=("linreg_computes_Xw_plus_b", "training_reaches_the_noise_floor"),
        not_run=(*LINREG[1:], *TRAINING[1:]),
    ),
    Group(
        "Raises for one feature, overlooks the third: the first check already meets both.",
        files=("linreg_knows_two_features",),
        failed=("training_follows_every_step",),
        errored=("linreg_computes_Xw_plus_b", "training_recovers_the_parameters"),
        not_run=LINREG[1:],
    ),
    Group(
        "Writes into an argument, which autograd does not allow either.",
        files=("linreg_adds_into_the_bias",),
        failed=("linreg_leaves_its_arguments_as_they_were",),
        errored=("linreg_passes_gradients_to_X_w_and_b",),
    ),
    Group(
        "Right predictions that autograd knows nothing of.",
        files=("linreg_detaches_everything", "linreg_goes_through_numpy"),
        failed=("linreg_passes_gradients_to_X_w_and_b",),
        errored=("training_reaches_the_noise_floor",),
        not_run=TRAINING[1:],
    ),
    Group(
        "Right predictions, but the bias is never learned.",
        files=("linreg_takes_the_bias_as_a_number",),
        failed=("linreg_passes_gradients_to_X_w_and_b", *TRAINING),
    ),
    Group(
        "Wrong only for errors larger than any in training.",
        files=("squared_loss_clips_large_errors",),
        failed=("squared_loss_is_half_the_squared_error",),
    ),
    Group(
        "Right losses in the wrong shape: training does not mind.",
        files=("squared_loss_returns_a_flat_array", "squared_loss_takes_the_shape_of_y"),
        failed=("squared_loss_keeps_the_shape_of_y_hat",),
    ),
    Group(
        "The gradient is lost for a batch of one, which training never has.",
        files=("squared_loss_reads_out_a_single_example",),
        failed=("squared_loss_has_gradient_y_hat_minus_y",),
    ),
    Group(
        "Digits of float64 are lost on the way.",
        files=("squared_loss_casts_to_float32", "squared_loss_goes_through_float32"),
        failed=("squared_loss_keeps_dtype_and_arguments",),
    ),
    Group(
        "Two devices meet in one operator, which is refused.",
        files=("squared_loss_keeps_its_half_on_the_cpu",),
        errored=("squared_loss_stays_on_the_device_of_y_hat",),
    ),
    Group(
        "Not a function.",
        files=("squared_loss_is_none",),
        not_run=(*SQUARED_LOSS, *TRAINING),
    ),
    Group(
        "One number for the whole batch, with the right gradient all the same.",
        files=("squared_loss_takes_the_sum",),
        failed=("squared_loss_is_half_the_squared_error", "squared_loss_keeps_the_shape_of_y_hat"),
    ),
    Group(
        "One number for the whole batch, with a gradient that is divided twice in the end.",
        files=("squared_loss_takes_the_mean",),
        failed=(
            "squared_loss_is_half_the_squared_error",
            "squared_loss_keeps_the_shape_of_y_hat",
            "squared_loss_has_gradient_y_hat_minus_y",
            *TRAINING,
        ),
    ),
    Group(
        "Wrong losses, hence wrong gradients and wrong training.",
        files=(
            "squared_loss_adds_instead_of_subtracting",
            "squared_loss_cubes",
            "squared_loss_has_the_wrong_sign",
            "squared_loss_squares_half_the_error",
            "squared_loss_takes_the_absolute_value",
        ),
        failed=("squared_loss_is_half_the_squared_error", "squared_loss_has_gradient_y_hat_minus_y", *TRAINING),
    ),
    Group(
        "Twice the gradient: as good as twice the learning rate, and training still gets there.",
        files=("squared_loss_forgets_the_half",),
        failed=(
            "squared_loss_is_half_the_squared_error",
            "squared_loss_has_gradient_y_hat_minus_y",
            "training_follows_every_step",
        ),
    ),
    Group(
        "No NDArray, so that nothing else can be said.",
        files=("squared_loss_returns_a_number",),
        failed=("squared_loss_is_half_the_squared_error", "training_reaches_the_noise_floor"),
        not_run=(*SQUARED_LOSS[1:], *TRAINING[1:]),
    ),
    Group(
        "The classic: right for labels in a column, and training goes astray without any error.",
        files=("squared_loss_broadcasts_to_a_square",),
        failed=("squared_loss_keeps_the_shape_of_y_hat", "squared_loss_has_gradient_y_hat_minus_y", *TRAINING),
    ),
    Group(
        "Writes into an argument, which autograd does not allow either.",
        files=("squared_loss_writes_into_y", "squared_loss_writes_into_y_hat"),
        failed=("squared_loss_keeps_dtype_and_arguments",),
        errored=("squared_loss_has_gradient_y_hat_minus_y", "training_reaches_the_noise_floor"),
        not_run=TRAINING[1:],
    ),
    Group(
        "Right losses that autograd knows nothing of.",
        files=("squared_loss_detaches_the_predictions", "squared_loss_goes_through_numpy"),
        failed=("squared_loss_has_gradient_y_hat_minus_y",),
        errored=("training_reaches_the_noise_floor",),
        not_run=TRAINING[1:],
    ),
    Group(
        "The step arrives; the list is not the caller's any more.",
        files=("sgd_puts_copies_into_the_list",),
        failed=("sgd_updates_the_parameters_in_place",),
    ),
    Group(
        "Wrong only for gradients larger than any in training.",
        files=("sgd_clips_large_gradients",),
        failed=("sgd_steps_against_the_gradient",),
    ),
    Group(
        "Wrong only for batches larger than any in training.",
        files=("sgd_takes_no_batch_for_larger_than_32",),
        failed=("sgd_divides_the_gradient_by_batch_size",),
    ),
    Group(
        "The step is right, and the gradient is no longer what it was.",
        files=("sgd_attaches_gradients_again", "sgd_divides_the_gradient_in_place", "sgd_zeroes_the_gradient"),
        failed=("sgd_leaves_the_gradients_alone",),
    ),
    Group(
        "Two devices, or two dtypes, meet in one operator, which is refused.",
        files=("sgd_keeps_its_rate_in_float32", "sgd_keeps_its_rate_on_the_cpu"),
        errored=("sgd_follows_the_device_and_dtype_of_params",),
    ),
    Group(
        "Digits of float64 are lost on the way.",
        files=("sgd_loses_digits",),
        failed=("sgd_follows_the_device_and_dtype_of_params",),
    ),
    Group(
        "A single step is right; only a sequence of steps shows what is remembered.",
        files=("sgd_has_momentum",),
        failed=("training_follows_every_step",),
    ),
    Group(
        "Not a function.",
        files=("sgd_is_a_number",),
        not_run=(*SGD, *TRAINING),
    ),
    Group(
        "Raises whatever it is given.",
        files=("sgd_records_its_step", "sgd_takes_them_for_gluon_parameters"),
        errored=("sgd_updates_the_parameters_in_place", "training_reaches_the_noise_floor"),
        not_run=(*SGD[1:], *TRAINING[1:]),
    ),
    Group(
        "The step never arrives, so that nothing else can be said of it.",
        files=("sgd_rebinds_the_name", "sgd_replaces_the_list_elements", "sgd_returns_new_parameters"),
        failed=("sgd_updates_the_parameters_in_place", *TRAINING),
        not_run=SGD[1:],
    ),
    Group(
        "Right for two parameters and for no other number.",
        files=("sgd_expects_two_parameters",),
        errored=("sgd_steps_against_the_gradient",),
    ),
    Group(
        "Steps of the wrong length or direction.",
        files=(
            "sgd_averages_the_entries_of_the_gradient",
            "sgd_climbs",
            "sgd_decays_the_weights",
            "sgd_follows_the_sign_only",
            "sgd_returns_inside_the_loop",
            "sgd_swaps_lr_and_batch_size",
            "sgd_takes_the_square_of_the_gradient",
            "sgd_updates_only_the_first",
        ),
        failed=("sgd_steps_against_the_gradient", "sgd_divides_the_gradient_by_batch_size", *TRAINING),
    ),
    Group(
        "Wrong steps that still lead to the goal on the notebook's problem, but not on every other.",
        files=("sgd_divides_by_the_rows_of_the_gradient", "sgd_ignores_lr"),
        failed=("sgd_steps_against_the_gradient", "sgd_divides_the_gradient_by_batch_size", *TRAINING[1:]),
    ),
    Group(
        "Wrong steps that still lead to the goal; the notebook's own numbers even hide one of them.",
        files=("sgd_divides_by_ten", "sgd_divides_by_the_number_of_parameters"),
        failed=(
            "sgd_steps_against_the_gradient",
            "sgd_divides_the_gradient_by_batch_size",
            "training_follows_every_step",
        ),
    ),
    Group(
        "Right for a batch of one only.",
        files=("sgd_divides_twice", "sgd_divides_whole_numbers", "sgd_multiplies_by_batch_size"),
        failed=("sgd_divides_the_gradient_by_batch_size", *TRAINING),
    ),
    Group(
        "Steps too large for all problems but the notebook's.",
        files=("sgd_forgets_batch_size",),
        failed=("sgd_divides_the_gradient_by_batch_size", *TRAINING[1:]),
    ),
    Group(
        "Larger steps than asked for, which still lead to the goal.",
        files=("sgd_divides_by_the_root_of_batch_size",),
        failed=("sgd_divides_the_gradient_by_batch_size", "training_follows_every_step"),
    ),
    Group(
        "A stub is not run at all, and training needs all four functions.",
        files=("all_stubs_left_alone",),
        not_run=(*DATA_ITER, *LINREG, *SQUARED_LOSS, *SGD, *TRAINING),
    ),
    Group(
        "Two parts earn their points; training waits for the others.",
        files=("only_the_model_is_written",),
        not_run=(*DATA_ITER, *SGD, *TRAINING),
    ),
)

WRONG = {file: group.statuses() for group in GROUPS for file in group.files}
"""Check id to status, for each wrong submission, of the checks that do not pass."""

SECONDS = {"data_iter_hangs": 0.5}
"""How long a call may take, where waiting for the usual limit would teach nothing."""
