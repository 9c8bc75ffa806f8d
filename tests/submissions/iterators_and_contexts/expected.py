"""What becomes of every wrong submission at the public seed, as in the mark sheet of the first assignment."""

from __future__ import annotations

from grader.submissions import Group

SYNTHETIC_DATA = (
    "synthetic_data_has_a_row_for_each_example",
    "synthetic_data_follows_the_rule",
    "synthetic_data_has_standard_normal_features",
    "synthetic_data_adds_noise_of_the_size_asked_for",
    "synthetic_data_draws_anew_each_time",
    "synthetic_data_lives_on_ctx",
)
TO_CONTEXT = (
    "to_context_returns_data_and_a_column_of_labels",
    "to_context_moves_data_and_labels",
    "to_context_copies_nothing_that_is_in_place",
    "to_context_keeps_dtype_and_arguments",
)
MAKE_LOADER = (
    "make_loader_gives_pairs_of_ndarrays",
    "make_loader_gives_every_example_once",
    "make_loader_deals_2500_batches_of_four",
    "make_loader_begins_every_pass_anew",
    "make_loader_shuffles_uniformly",
    "make_loader_leaves_the_data_as_they_are",
)
EPOCH_ITERATOR = (
    "EpochIterator_gives_pairs_of_ndarrays",
    "EpochIterator_gives_every_example_once",
    "EpochIterator_fills_every_batch_but_the_last",
    "EpochIterator_is_exhausted_until_reset",
    "EpochIterator_begins_a_whole_pass_wherever_it_is_reset",
    "EpochIterator_shuffles_at_every_reset",
    "EpochIterator_shuffles_uniformly",
    "EpochIterator_leaves_the_data_as_they_are",
)
NET = (
    "net_computes_Xw_plus_b",
    "net_passes_gradients_to_X_w_and_b",
    "net_follows_its_arguments",
)
SQUARE_LOSS = (
    "square_loss_is_the_mean_of_squares",
    "square_loss_has_the_gradient_of_a_mean",
    "square_loss_follows_its_arguments",
)
SGD = (
    "SGD_updates_the_parameters_in_place",
    "SGD_steps_against_the_gradient",
    "SGD_leaves_the_gradients_alone",
    "SGD_follows_dtype_and_device",
)
TRAIN_STEP = (
    "train_step_returns_the_loss_before_the_step",
    "train_step_takes_one_step_for_each_batch",
    "train_step_makes_the_labels_a_column",
    "train_step_moves_the_batch_to_the_parameters",
)
FIT = (
    "fit_returns_the_mean_loss_of_every_epoch",
    "fit_takes_a_step_for_every_batch",
    "fit_falls_as_theory_says",
)
MOVING_AVERAGE = (
    "moving_average_follows_the_formula",
    "moving_average_leaves_the_losses_alone",
)
PLOT_TRAINING = (
    "plot_training_shows_two_panels_with_titles",
    "plot_training_draws_the_losses_on_the_left",
    "plot_training_draws_estimated_and_real_on_the_right",
    "plot_training_says_which_points_are_which",
)
CHECKS = {
    "synthetic_data": SYNTHETIC_DATA,
    "to_context": TO_CONTEXT,
    "make_loader": MAKE_LOADER,
    "EpochIterator": EPOCH_ITERATOR,
    "net": NET,
    "square_loss": SQUARE_LOSS,
    "SGD": SGD,
    "train_step": TRAIN_STEP,
    "fit": FIT,
    "moving_average": MOVING_AVERAGE,
    "plot_training": PLOT_TRAINING,
}
"""The checks of each part in their order."""

GROUPS = (
    Group(
        "Labels of shape (n, 1), or the dtype of numpy.",
        files=("synthetic_data_gives_float64", "synthetic_data_makes_the_labels_a_column"),
        failed=("synthetic_data_has_a_row_for_each_example",),
    ),
    Group(
        "Uses the notebook's weights and bias whatever is asked for.",
        files=("synthetic_data_knows_one_rule",),
        failed=("synthetic_data_follows_the_rule",),
    ),
    Group(
        "Leaves b out of the labels.",
        files=("synthetic_data_forgets_the_bias",),
        failed=(
            "synthetic_data_follows_the_rule",
            "synthetic_data_adds_noise_of_the_size_asked_for",
        ),
    ),
    Group(
        "Features that are not n times d independent normal numbers.",
        files=(
            "synthetic_data_deals_its_features_twice",
            "synthetic_data_draws_uniform_features",
            "synthetic_data_repeats_one_feature",
        ),
        failed=("synthetic_data_has_standard_normal_features",),
    ),
    Group(
        "Noise of another size, or the same for all.",
        files=(
            "synthetic_data_adds_one_number_to_all",
            "synthetic_data_squares_the_noise",
            "synthetic_data_takes_noise_for_a_variance",
        ),
        failed=("synthetic_data_adds_noise_of_the_size_asked_for",),
    ),
    Group(
        "Labels follow the rule exactly.",
        files=("synthetic_data_forgets_the_noise",),
        failed=(
            "synthetic_data_adds_noise_of_the_size_asked_for",
            "synthetic_data_draws_anew_each_time",
        ),
    ),
    Group(
        "A noise of 0 is an error.",
        files=("synthetic_data_hands_a_zero_to_the_generator",),
        errored=("synthetic_data_follows_the_rule",),
    ),
    Group(
        "Whoever calls it has no say in the seed.",
        files=("synthetic_data_makes_its_own_generator", "synthetic_data_seeds_the_generator"),
        failed=("synthetic_data_draws_anew_each_time",),
    ),
    Group(
        "The array of weights lives on the default context.",
        files=("synthetic_data_makes_the_weights_on_the_cpu",),
        errored=("synthetic_data_lives_on_ctx",),
    ),
    Group(
        "Everything is made on the default context.",
        files=("synthetic_data_ignores_ctx",),
        failed=("synthetic_data_lives_on_ctx",),
    ),
    Group(
        "Moves both, and leaves the labels as a plain list.",
        files=("to_context_leaves_the_labels_flat",),
        failed=("to_context_returns_data_and_a_column_of_labels",),
    ),
    Group(
        "Moves, and forgets to return.",
        files=("to_context_returns_nothing",),
        failed=("to_context_returns_data_and_a_column_of_labels",),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TO_CONTEXT[1:],
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Something stays where it is.",
        files=(
            "to_context_forgets_to_keep_the_moved_data",
            "to_context_moves_only_the_data",
        ),
        failed=("to_context_moves_data_and_labels",),
    ),
    Group(
        "copyto makes a copy even of what is there already.",
        files=("to_context_always_copies",),
        failed=("to_context_copies_nothing_that_is_in_place",),
    ),
    Group(
        "Makes new float32 arrays by way of numpy.",
        files=("to_context_goes_through_numpy",),
        failed=(*TO_CONTEXT[2:],),
    ),
    Group(
        "Labels become float32.",
        files=("to_context_casts_the_labels",),
        failed=("to_context_keeps_dtype_and_arguments",),
    ),
    Group(
        "Labels come as a column.",
        files=("make_loader_makes_the_labels_a_column",),
        failed=("make_loader_gives_pairs_of_ndarrays",),
    ),
    Group(
        "Forgets the loader around the dataset.",
        files=("make_loader_returns_the_dataset",),
        failed=("make_loader_gives_pairs_of_ndarrays",),
        not_run=(*MAKE_LOADER[1:],),
    ),
    Group(
        "Mixes the labels once before they are joined to the features.",
        files=("make_loader_shuffles_the_labels_beforehand",),
        failed=("make_loader_gives_every_example_once",),
    ),
    Group(
        "What does not fill a batch is left out of the pass.",
        files=(
            "make_loader_discards_the_last_batch",
            "make_loader_rolls_the_last_batch_over",
        ),
        failed=(
            "make_loader_gives_every_example_once",
            "make_loader_deals_2500_batches_of_four",
        ),
    ),
    Group(
        "A generator has no length and serves one pass only.",
        files=("make_loader_is_a_generator",),
        failed=(
            "make_loader_begins_every_pass_anew",
            "make_loader_shuffles_uniformly",
        ),
        errored=("make_loader_deals_2500_batches_of_four",),
    ),
    Group(
        "Every row comes once, in another number of batches, or the number is not known.",
        files=(
            "make_loader_counts_whole_batches_only",
            "make_loader_reads_one_at_a_time",
        ),
        failed=("make_loader_deals_2500_batches_of_four",),
    ),
    Group(
        "Every order is used for two passes, or a pass begins where another one was left.",
        files=("make_loader_goes_on_after_a_break", "make_loader_reshuffles_every_other_pass"),
        failed=("make_loader_begins_every_pass_anew",),
    ),
    Group(
        "The same order in every pass.",
        files=(
            "make_loader_never_shuffles",
            "make_loader_shuffles_once",
        ),
        failed=(
            "make_loader_begins_every_pass_anew",
            "make_loader_shuffles_uniformly",
        ),
    ),
    Group(
        "Deals out fixed groups of neighbours in a random order.",
        files=("make_loader_mixes_batches_of_neighbours",),
        failed=("make_loader_shuffles_uniformly",),
    ),
    Group(
        "Features become float32.",
        files=("make_loader_casts_the_features",),
        failed=("make_loader_leaves_the_data_as_they_are",),
    ),
    Group(
        "Labels come as a column.",
        files=("epoch_iterator_makes_the_labels_a_column",),
        failed=("EpochIterator_gives_pairs_of_ndarrays",),
    ),
    Group(
        "No pass of batches at all: nothing else can be said.",
        files=(
            "epoch_iterator_forgets_to_move_on",
            "epoch_iterator_gives_only_features",
            "epoch_iterator_never_ends",
        ),
        failed=("EpochIterator_gives_pairs_of_ndarrays",),
        not_run=(*EPOCH_ITERATOR[1:],),
    ),
    Group(
        "Of rows that are equal, one is given only; or another iterator takes rows away.",
        files=("epoch_iterator_shares_its_place_with_others", "epoch_iterator_takes_equal_rows_for_one"),
        failed=("EpochIterator_gives_every_example_once",),
    ),
    Group(
        "A batch that is not full is left out.",
        files=("epoch_iterator_drops_the_last_batch",),
        failed=(
            "EpochIterator_gives_every_example_once",
            "EpochIterator_fills_every_batch_but_the_last",
            "EpochIterator_is_exhausted_until_reset",
            "EpochIterator_begins_a_whole_pass_wherever_it_is_reset",
        ),
    ),
    Group(
        "Labels are picked in an order of their own.",
        files=("epoch_iterator_shuffles_features_and_labels_apart",),
        failed=(
            "EpochIterator_gives_every_example_once",
            "EpochIterator_begins_a_whole_pass_wherever_it_is_reset",
        ),
    ),
    Group(
        "The first batch holds what is left over.",
        files=("epoch_iterator_puts_the_short_batch_first",),
        failed=("EpochIterator_fills_every_batch_but_the_last",),
    ),
    Group(
        "Begins a new pass as soon as one is over.",
        files=("epoch_iterator_resets_itself_at_the_end",),
        failed=("EpochIterator_is_exhausted_until_reset",),
    ),
    Group(
        "__iter__ resets, so that every for loop sees all the data.",
        files=("epoch_iterator_begins_anew_in_every_loop",),
        failed=(
            "EpochIterator_is_exhausted_until_reset",
            "EpochIterator_begins_a_whole_pass_wherever_it_is_reset",
        ),
    ),
    Group(
        "reset() does nothing while a pass is under way.",
        files=("epoch_iterator_cannot_be_reset_in_the_middle",),
        failed=("EpochIterator_begins_a_whole_pass_wherever_it_is_reset",),
    ),
    Group(
        "The first pass comes in the order of the data.",
        files=("epoch_iterator_shuffles_only_when_it_is_reset",),
        failed=("EpochIterator_shuffles_at_every_reset",),
    ),
    Group(
        "reset() goes back to the start of the same order.",
        files=("epoch_iterator_shuffles_only_when_it_is_made",),
        failed=(
            "EpochIterator_shuffles_at_every_reset",
            "EpochIterator_shuffles_uniformly",
        ),
    ),
    Group(
        "Rows next to each other stay in the same batch.",
        files=("epoch_iterator_mixes_batches_of_neighbours",),
        failed=("EpochIterator_shuffles_uniformly",),
    ),
    Group(
        "The row numbers live on the default context.",
        files=("epoch_iterator_leaves_its_index_on_the_cpu",),
        errored=("EpochIterator_leaves_the_data_as_they_are",),
    ),
    Group(
        "Goes through float32 with the features.",
        files=("epoch_iterator_counts_rows_in_float32",),
        failed=("EpochIterator_leaves_the_data_as_they_are",),
    ),
    Group(
        "Predictions of shape (n,).",
        files=("net_returns_a_flat_array",),
        failed=("net_computes_Xw_plus_b",),
    ),
    Group(
        "Leaves b out.",
        files=("net_forgets_the_bias",),
        failed=(
            "net_computes_Xw_plus_b",
            "net_passes_gradients_to_X_w_and_b",
        ),
    ),
    Group(
        "Cuts the product off from autograd.",
        files=("net_detaches_the_product",),
        failed=("net_passes_gradients_to_X_w_and_b",),
    ),
    Group(
        "Computes in numpy, where autograd cannot follow.",
        files=("net_goes_through_numpy",),
        failed=("net_passes_gradients_to_X_w_and_b",),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Makes a column of ones on the default context.",
        files=("net_repeats_the_bias_on_the_cpu",),
        errored=("net_follows_its_arguments",),
    ),
    Group(
        "One number, in an array of shape (1, 1).",
        files=("square_loss_has_two_dimensions",),
        failed=("square_loss_is_the_mean_of_squares",),
    ),
    Group(
        "Another loss, hence another gradient.",
        files=(
            "square_loss_squares_the_mean",
            "square_loss_takes_half",
            "square_loss_takes_the_absolute_value",
            "square_loss_takes_the_sum",
        ),
        failed=(
            "square_loss_is_the_mean_of_squares",
            "square_loss_has_the_gradient_of_a_mean",
        ),
    ),
    Group(
        "Neither a sum nor a mean.",
        files=("square_loss_returns_every_square",),
        failed=(
            "square_loss_is_the_mean_of_squares",
            "square_loss_has_the_gradient_of_a_mean",
        ),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "The root of the mean of squares.",
        files=("square_loss_takes_the_root",),
        failed=(
            "square_loss_is_the_mean_of_squares",
            "square_loss_has_the_gradient_of_a_mean",
            *TRAIN_STEP[1:],
            "fit_takes_a_step_for_every_batch",
        ),
    ),
    Group(
        "A Python number, which has no gradient.",
        files=("square_loss_returns_a_number",),
        failed=("square_loss_is_the_mean_of_squares",),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *SQUARE_LOSS[1:],
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Squares by multiplying with a copy that autograd does not see: the right loss, with half of its gradient.",
        files=("square_loss_detaches_one_factor",),
        failed=("square_loss_has_the_gradient_of_a_mean",),
    ),
    Group(
        "The loss is cut off from autograd.",
        files=("square_loss_detaches_the_loss",),
        failed=("square_loss_has_the_gradient_of_a_mean",),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Always computes in float32.",
        files=("square_loss_casts_to_float32",),
        failed=("square_loss_follows_its_arguments",),
    ),
    Group(
        "Steps in place, then puts copies into the list.",
        files=("SGD_puts_copies_into_the_list",),
        failed=("SGD_updates_the_parameters_in_place",),
    ),
    Group(
        "Gives a name to the new values and leaves the arrays alone.",
        files=("SGD_rebinds_the_name",),
        failed=("SGD_updates_the_parameters_in_place",),
        not_run=(*SGD[1:],),
    ),
    Group(
        "Another step.",
        files=(
            "SGD_climbs",
            "SGD_divides_by_a_batch_of_four",
            "SGD_has_momentum",
            "SGD_ignores_lr",
            "SGD_updates_only_the_first",
        ),
        failed=("SGD_steps_against_the_gradient",),
    ),
    Group(
        "The gradients do not survive.",
        files=(
            "SGD_attaches_gradients_again",
            "SGD_zeroes_the_gradient",
        ),
        failed=("SGD_leaves_the_gradients_alone",),
    ),
    Group(
        "The learning rate is an array on the default context.",
        files=("SGD_keeps_its_rate_on_the_cpu",),
        errored=("SGD_follows_dtype_and_device",),
    ),
    Group(
        "backward has nothing to go by.",
        files=("train_step_forgets_to_record",),
        errored=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Computes the loss once more at the end.",
        files=("train_step_returns_the_loss_after_the_step",),
        failed=("train_step_returns_the_loss_before_the_step",),
    ),
    Group(
        "The loss is not read out.",
        files=("train_step_returns_an_array",),
        failed=(
            "train_step_returns_the_loss_before_the_step",
            "fit_returns_the_mean_loss_of_every_epoch",
        ),
        not_run=(
            *TRAIN_STEP[1:],
            *FIT[1:],
        ),
    ),
    Group(
        "Momentum: half of the last step is taken once more.",
        files=("train_step_remembers_the_last_gradient",),
        failed=("train_step_takes_one_step_for_each_batch",),
    ),
    Group(
        "The loss is right, the step is not.",
        files=(
            "train_step_forgets_backward",
            "train_step_leaves_the_bias_alone",
        ),
        failed=(
            "train_step_takes_one_step_for_each_batch",
            "train_step_makes_the_labels_a_column",
        ),
    ),
    Group(
        "Moves the batch by hand and forgets the column.",
        files=("train_step_leaves_the_labels_flat",),
        failed=("train_step_makes_the_labels_a_column",),
    ),
    Group(
        "Uses the batch where it is.",
        files=("train_step_forgets_to_move_the_batch",),
        errored=("train_step_moves_the_batch_to_the_parameters",),
    ),
    Group(
        "Trains copies of the parameters beside the data.",
        files=("train_step_moves_the_parameters_instead",),
        failed=("train_step_moves_the_batch_to_the_parameters",),
    ),
    Group(
        "Does not divide by the number of batches.",
        files=("fit_returns_sums",),
        failed=("fit_returns_the_mean_loss_of_every_epoch",),
    ),
    Group(
        "Returns from within the loop.",
        files=("fit_stops_after_one_epoch",),
        failed=(*FIT,),
    ),
    Group(
        "Other numbers than the means, with the right steps.",
        files=(
            "fit_divides_by_2500",
            "fit_never_starts_at_nothing",
            "fit_returns_the_last_loss",
        ),
        failed=(
            "fit_returns_the_mean_loss_of_every_epoch",
            "fit_falls_as_theory_says",
        ),
    ),
    Group(
        "After the last epoch the last batch takes another step.",
        files=("fit_takes_one_step_too_many",),
        failed=("fit_takes_a_step_for_every_batch",),
    ),
    Group(
        "From the fourth epoch on, the learning rate is halved each time; or every epoch is the first one again.",
        files=("fit_lowers_the_rate_later", "fit_reads_the_loader_once"),
        failed=("fit_falls_as_theory_says",),
    ),
    Group(
        "Another average.",
        files=(
            "moving_average_begins_with_the_first_loss",
            "moving_average_corrects_the_start",
            "moving_average_is_the_mean_so_far",
            "moving_average_looks_back_a_hundred_losses",
            "moving_average_swaps_the_weights",
        ),
        failed=("moving_average_follows_the_formula",),
    ),
    Group(
        "The starting value 0 is returned, too.",
        files=("moving_average_begins_with_a_zero",),
        failed=(*MOVING_AVERAGE,),
    ),
    Group(
        "One number instead of one for each loss.",
        files=("moving_average_returns_the_last_only",),
        failed=("moving_average_follows_the_formula",),
        not_run=("moving_average_leaves_the_losses_alone",),
    ),
    Group(
        "Puts the averages into the list of losses.",
        files=("moving_average_writes_into_the_list",),
        failed=("moving_average_leaves_the_losses_alone",),
    ),
    Group(
        "Both panels lack a title, or do not stand side by side.",
        files=("plot_training_has_no_titles", "plot_training_stacks_its_panels"),
        failed=("plot_training_shows_two_panels_with_titles",),
    ),
    Group(
        "Not one figure with two panels: nothing else can be said.",
        files=(
            "plot_training_draws_everything_into_one_panel",
            "plot_training_draws_two_figures",
            "plot_training_shows_nothing",
        ),
        failed=("plot_training_shows_two_panels_with_titles",),
        not_run=(*PLOT_TRAINING[1:],),
    ),
    Group(
        "The left panel shows something else.",
        files=(
            "plot_training_counts_epochs_from_0",
            "plot_training_draws_the_losses_as_dots",
        ),
        failed=("plot_training_draws_the_losses_on_the_left",),
    ),
    Group(
        "The right panel shows something else.",
        files=(
            "plot_training_draws_against_row_numbers",
            "plot_training_draws_all_the_points",
            "plot_training_draws_ten_points_if_not_told",
            "plot_training_draws_the_estimate_twice",
            "plot_training_joins_the_points",
        ),
        failed=("plot_training_draws_estimated_and_real_on_the_right",),
    ),
    Group(
        "Nobody can tell the points apart, or tells them wrongly.",
        files=(
            "plot_training_has_no_legend",
            "plot_training_swaps_the_labels",
        ),
        failed=("plot_training_says_which_points_are_which",),
    ),
    Group(
        "The notebook as it is handed out.",
        files=("all_eleven_are_stubs",),
        not_run=(
            *SYNTHETIC_DATA,
            *TO_CONTEXT,
            *MAKE_LOADER,
            *EPOCH_ITERATOR,
            *NET,
            *SQUARE_LOSS,
            *SGD,
            *TRAIN_STEP,
            *FIT,
            *MOVING_AVERAGE,
            *PLOT_TRAINING,
        ),
    ),
)

WRONG = {file: group.statuses() for group in GROUPS for file in group.files}
"""Check id to status, for each wrong submission, of the checks that do not pass."""

SECONDS: dict[str, float] = {}
"""None has to be waited for."""
