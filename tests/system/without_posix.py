"""Run Python as if its system had nothing of POSIX: `python -P without_posix.py -c CODE ...` or `... -m MODULE ...`.

What Windows lacks is taken away before anything of ours is imported. What the standard library and others need of it
on this system is imported before, or has a stand-in.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import select
import signal
import socket
import sys
import time
from asyncio import selector_events
from typing import Any

MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
WATCHING = ("add_reader", "remove_reader", "add_writer", "remove_writer")
NAMES: dict[Any, str] = {
    os: """fchmod fchown fork forkpty getegid geteuid getgid getpgid getsid getuid killpg lockf mkfifo openpty
        posix_spawn posix_spawnp pread preadv pwrite pwritev register_at_fork setsid sync uname wait
        O_CLOEXEC O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_SYNC""",
    select: "epoll poll",
    signal: """pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigwait
        SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2""",
    socket: "AF_UNIX send_fds recv_fds",
    time: "clock_gettime clock_gettime_ns tzset",
}


def folderless(path: Any, *arguments: Any, **more: Any) -> int:
    """`os.open`, which opens no folder."""
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)
    return _open(path, *arguments, **more)


def sockets_only(*lists: Any) -> Any:
    """`select.select`, which knows sockets only."""
    for each in (each for some in lists[:3] for each in some):
        if not os.readlink(f"/proc/self/fd/{each if isinstance(each, int) else each.fileno()}").startswith("socket:"):
            raise OSError(10038, "An operation was attempted on something that is not a socket")
    return _select(*lists)


def pair(*_: object) -> tuple[socket.socket, socket.socket]:
    """`socket.socketpair`, which Windows has over TCP: an event loop wakes itself up through one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = socket.create_connection(server.getsockname())
        return one, server.accept()[0]


def gone(name: str) -> Any:
    """A method of event loops that nobody but asyncio itself can call, as Windows' usual one has it."""
    real, missing = getattr(asyncio.SelectorEventLoop, name), getattr(asyncio.AbstractEventLoop, name)

    def method(loop: Any, *arguments: Any) -> Any:
        inside = sys._getframe(1).f_globals["__name__"] == selector_events.__name__
        return (real if inside else missing)(loop, *arguments)

    return method


def take_away() -> None:
    """Take away what Windows lacks."""
    from asyncio import unix_events

    loop = {unix_events._UnixSelectorEventLoop: "add_signal_handler remove_signal_handler"}
    for owner, names in {**NAMES, **loop}.items():
        for name in names.split():
            delattr(owner, name)
    for name in WATCHING:
        setattr(selector_events.BaseSelectorEventLoop, name, gone(name))
    sys.modules.update(dict.fromkeys(MODULES))  # type: ignore[arg-type] # None keeps it from being imported
    os.open, select.select = folderless, sockets_only
    socket.socketpair = pair  # type: ignore[assignment] # nobody gives it arguments


_open, _select = os.open, select.select

if __name__ == "__main__":
    take_away()
    how, what, *sys.argv[1:] = sys.argv[1:]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - it is an interpreter
