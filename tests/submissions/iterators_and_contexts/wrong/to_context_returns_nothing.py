"""Moves, and forgets to return."""


def to_context(data, label, ctx):

    data, label = data.as_in_context(ctx), label.as_in_context(ctx).reshape((-1, 1))
