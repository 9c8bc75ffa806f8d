"""Linear regression from scratch: the four functions, and the training they make possible."""

from grader.checks.linreg_scratch import data_iter, linreg, sgd, squared_loss, training

PARTS = (data_iter.PART, linreg.PART, squared_loss.PART, sgd.PART, training.PART)
