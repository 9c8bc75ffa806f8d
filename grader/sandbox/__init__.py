"""Student code in a process of its own, shut in by the kernel.

    protocol    what the two sides say to each other: typed, bounded, with deadlines
    limits      how much of everything a submission may use, in one table
    isolation   rlimits, Landlock and seccomp, put on by the child itself; bubblewrap around it where there is one
    forkserver  a process with MXNet imported, forked once per submission
    worker      the untrusted side: runs cells and calls functions on request
    client      the trusted side: starts, asks, waits no longer than a deadline, kills

Nothing in here knows a check or an answer, and the worker imports nothing that does.
"""
