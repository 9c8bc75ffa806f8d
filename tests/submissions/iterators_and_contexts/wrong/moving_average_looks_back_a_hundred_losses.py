"""What is older than a hundred losses is forgotten altogether."""

def moving_average(losses):
    losses = list(losses)
    return [sum(0.01 * 0.99**k * losses[t - k] for k in range(min(t + 1, 100))) for t in range(len(losses))]
