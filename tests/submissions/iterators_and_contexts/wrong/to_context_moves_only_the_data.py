"""The labels stay where they are."""


def to_context(data, label, ctx):

    return data.as_in_context(ctx), label.reshape((-1, 1))
