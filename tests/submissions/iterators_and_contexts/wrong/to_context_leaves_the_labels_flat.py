"""Moves both, and leaves the labels as a plain list."""


def to_context(data, label, ctx):

    return data.as_in_context(ctx), label.as_in_context(ctx)
