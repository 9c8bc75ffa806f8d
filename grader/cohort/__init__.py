"""A whole class into the gradebook: many processes that grade, one that writes.

    messages   what the driver and a grading process say to each other
    worker     a grading process: a forkserver of its own, one notebook at a time
    pool       the grading processes, started, fed, heard, replaced and ended by the driver
    cluster    the same on a Dask cluster, of which cluster_worker is what runs there
    run        the driver: takes submissions in, hands them out, records what comes back, skips what is up to date
    progress   what the person who started it sees

A grading process gets a notebook's bytes and gives back bytes (`grader.execution`). It sees no folder and no gradebook:
the driver alone reads submissions and writes results, so that nothing has to be shared or locked between them.
"""
