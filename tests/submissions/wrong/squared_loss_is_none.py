"""Has a name for the loss and no function yet."""

squared_loss = None
