"""A stub to which the student has added a yield below the error."""


def data_iter(batch_size, features, labels):
    raise NotImplementedError()
    yield features, labels
