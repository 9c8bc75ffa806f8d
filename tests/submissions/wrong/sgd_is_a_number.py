"""Uses the name of the function for something else."""

sgd = 0.03
