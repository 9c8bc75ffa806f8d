"""The walls a child puts round itself, in this order, never to be taken down: rlimits, Landlock, seccomp.

    rlimits   memory, CPU time, file sizes, descriptors, threads
    Landlock  reading the system and the environment's libraries, nothing else; writing in the scratch folder if there
              is one; no TCP
    seccomp   (libseccomp) no new process or program, no socket, no signal to others, and none of the calls that reach
              round the other two: namespaces, keys, shared memory, tracing, mounting, changing modes and owners

Fork and exec are refused, so the address space of this one process is all the memory a submission has.

Every function raises OSError when it cannot do its work; a caller must not go on then.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyseccomp

from grader.sandbox.limits import Limits

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP, _FILTER_MODE = 22, 2
_PR_SET_NO_NEW_PRIVS = 38
_INSTRUCTION = 8
"""Bytes of an instruction of BPF."""
# The same numbers on every architecture.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_VERSION_FLAG = 1

# Landlock's access rights, by bit.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15


class Walls(NamedTuple):
    """What is made once, before the first fork, for every child to put on.

    ruleset: see `landlock_ruleset`. program: see `seccomp_program`. skip: layers to leave out, so that tests can show
    what each is for.
    """

    ruleset: int
    program: bytes
    skip: frozenset[str] = frozenset()


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def set_rlimits(limits: Limits) -> None:
    """Hard limits, which an unprivileged process cannot raise again."""
    table = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.address_space,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_STACK: limits.stack,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 64,
    }
    for which, value in table.items():
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is then an OSError like any other


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that forked it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)")


def landlock_abi() -> int:
    """The version of Landlock that the kernel offers; 0 for none."""
    version = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_LANDLOCK_VERSION_FLAG))
    return max(int(version), 0)


def landlock_ruleset(readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """A ruleset as a file descriptor: read below `readable`, read and write below `writable`, nothing elsewhere.

    Paths that do not exist are passed over. Built once, put on by every child.
    """
    abi = landlock_abi()
    if not abi:
        raise OSError(errno.EOPNOTSUPP, "the kernel has no Landlock")
    every = (1 << 13) - 1
    for version, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        every |= right if abi >= version else 0
    tcp = 3 if abi >= 4 else 0
    scopes = 3 if abi >= 6 else 0  # abstract sockets and signals stay among our own
    attributes = (ctypes.c_uint64 * 3)(every, tcp, scopes)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _check(
        _libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint(0)),
        "landlock_create_ruleset",
    )
    for paths, rights in (
        (readable, _READ_FILE | _READ_DIR | _EXECUTE),
        (writable, every & ~_MAKE_CHAR & ~_MAKE_BLOCK),
    ):
        for path in paths:
            _allow(ruleset, path, rights, on_files=_EXECUTE | _WRITE_FILE | _READ_FILE | (every & _TRUNCATE))
    return ruleset


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def _allow(ruleset: int, path: Path, rights: int, *, on_files: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        rule = _PathBeneath(rights if path.is_dir() else rights & on_files, handle)
        _check(
            _libc.syscall(_LANDLOCK_ADD_RULE, ruleset, ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint(0)),
            f"landlock_add_rule {path}",
        )
    finally:
        os.close(handle)


def restrict_self(ruleset: int) -> None:
    """Put a Landlock ruleset on this process for good."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")
    _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0)), "landlock_restrict_self")


# Refused outright. Names that an older libseccomp does not know stand with their number, the same everywhere.
_REFUSED: Sequence[str | int] = (
    # new processes and programs
    *("fork", "vfork", "execve", "execveat"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("setpriority", "ioprio_set", "sched_setattr", "setpgid", "setsid"),
    # the network; socketpair stays, event loops need it
    "socket",
    # memory that the address-space limit does not see
    *("memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "semget", "mq_open"),
    # what Landlock does not cover
    *("chmod", "fchmod", "fchmodat", 452, "chown", "fchown", "lchown", "fchownat", "truncate", "mknod", "mknodat"),
    *("utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", 463, "removexattr"),
    *("lremovexattr", "fremovexattr", 466, "inotify_init", "inotify_init1", "fanotify_init"),
    # namespaces and mounts
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig"),
    *("fsmount", "fspick", "mount_setattr", "open_by_handle_at", "name_to_handle_at"),
    # kernel interfaces with a long history
    *("bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "io_uring_setup"),
    *("io_uring_enter", "io_uring_register", "kexec_load", "kexec_file_load", "init_module", "finit_module"),
    *("delete_module", "reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "settimeofday"),
    *("clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt"),
    *("personality", "uselib", "ustat", "sysfs", "syslog", "vhangup", "lookup_dcookie", "mbind", "set_mempolicy"),
    *("migrate_pages", "move_pages", "nfsservctl"),
)
_CLONE_THREAD = 0x00010000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_LOW_HALF = 0xFFFFFFFF
"""The kernel reads these arguments as 32 bits, whatever stands in the other half of the register."""
_AF_UNIX = 1


def seccomp_program() -> bytes:
    """The filter for every child, as a BPF program: built once, before the first fork."""
    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in _REFUSED:
        try:
            rules.add_rule(refuse, call)
        except (OSError, ValueError):
            if sys.platform == "linux" and isinstance(call, str) and call in _MUST:
                raise
    for call in ("sched_setscheduler", "sched_setparam"):
        # ZeroMQ, which a Jupyter kernel loads, aborts when these fail; so they succeed, and do nothing.
        rules.add_rule(pyseccomp.ERRNO(0), call)
    arg, ne, masked = pyseccomp.Arg, pyseccomp.NE, pyseccomp.MASKED_EQ
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # glibc then uses clone, whose flags can be read
    rules.add_rule(refuse, "clone", arg(0, masked, _CLONE_THREAD, 0))
    rules.add_rule(refuse, "socketpair", arg(0, ne, _AF_UNIX))
    rules.add_rule(refuse, "prlimit64", arg(0, ne, 0))
    rules.add_rule(refuse, "sched_setaffinity", arg(0, ne, 0))
    # A file's owner is sent a signal of one's choice: kill by another name.
    for request in (_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP):
        rules.add_rule(refuse, "ioctl", arg(1, masked, _LOW_HALF, request))
    for command in (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX):
        rules.add_rule(refuse, "fcntl", arg(1, masked, _LOW_HALF, command))
    rules.add_rule(refuse, "prctl", arg(0, masked, _LOW_HALF, _PR_SET_PDEATHSIG))  # nobody outlives the forkserver
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load_seccomp(program: bytes) -> None:
    """Filter this process's system calls for good, all its threads included.

    program: see `seccomp_program`. What depends on this process's own number is a second filter on top of it.
    """
    me, ne = os.getpid(), pyseccomp.NE
    own = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    own.set_attr(pyseccomp.Attr.CTL_TSYNC, 1)
    for call in ("kill", "tgkill"):
        own.add_rule(pyseccomp.ERRNO(errno.EPERM), call, pyseccomp.Arg(0, ne, me))
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")
    found = _Program(len(program) // _INSTRUCTION, program)
    _check(_libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(found), 0, 0), "prctl(PR_SET_SECCOMP)")
    own.load()


_MUST = frozenset({"execve", "execveat", "ptrace", "socket", "unshare", "mount", "setns", "memfd_create"})
"""Calls that exist on every architecture: not being able to refuse one of these is an error."""
