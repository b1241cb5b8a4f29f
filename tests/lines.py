"""A PostgreSQL server behind a line that can be cut without a word: packets vanish, nothing is refused.

Where this user may, the server lives in a network namespace of its own and its packets are dropped there (nft). The
namespace has no name and no mount: it is gone with its last process, the pair of devices with it. Elsewhere a proxy on
the loopback interface stops reading, writing and accepting.
"""

import os
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from tests import postgres


class Refused(Exception):
    """This machine lets us make no network namespace, or drop nothing in it."""


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(f"{' '.join(command)}: {getattr(error, 'stderr', None) or error}") from error


@dataclass
class Namespace:
    """A network of its own, tied to ours by a pair of devices; `keeper` is the process that keeps it alive."""

    keeper: "subprocess.Popen[str]"
    subnet: str

    @classmethod
    def made(cls) -> "Namespace":
        """Return a new namespace in which packets can be dropped; raise `Refused` where that cannot be."""
        if os.geteuid() != 0:
            raise Refused("only root may make a network namespace")
        number = 4 * secrets.randbelow(1 << 14)
        waits = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", "echo made; exec sleep infinity"]
        try:
            keeper = subprocess.Popen(waits, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise Refused(str(error)) from error
        namespace = cls(keeper, f"198.18.{number // 256}.{number % 256}")
        try:
            namespace.join()
        except Refused:
            namespace.close()
            raise
        return namespace

    @property
    def inside(self) -> list[str]:
        """What puts a command into this namespace."""
        return ["nsenter", "--net", "--target", str(self.keeper.pid)]

    def address(self, place: int) -> str:
        """Return our own address (1) or the one inside (2); the range is kept free for trials of networks."""
        start, _, last = self.subnet.rpartition(".")
        return f"{start}.{int(last) + place}"

    def join(self) -> None:
        """Lay the pair of devices, and try the dropping."""
        if self.keeper.stdout is None or self.keeper.stdout.readline() != "made\n":
            raise Refused(self.keeper.communicate(timeout=30)[1])
        ours = f"posko{secrets.token_hex(4)}"
        _run("ip", "link", "add", ours, "type", "veth", "peer", "name", "there", "netns", str(self.keeper.pid))
        _run("ip", "address", "add", f"{self.address(1)}/30", "dev", ours)
        _run("ip", "link", "set", ours, "up")
        for line in (f"address add {self.address(2)}/30 dev there", "link set there up", "link set lo up"):
            _run(*self.inside, "ip", *line.split())
        self.drop()
        self.lift()

    def drop(self) -> None:
        """Let every packet vanish, in both directions."""
        rules = "".join(
            f" chain {hook} {{ type filter hook {hook} priority 0; policy drop; }};" for hook in ("input", "output")
        )
        _run(*self.inside, "nft", f"table inet dropped {{{rules} }}")

    def lift(self) -> None:
        """Let packets through again."""
        _run(*self.inside, "nft", "add table inet dropped; delete table inet dropped")

    def close(self) -> None:
        """End the last process of ours in it."""
        self.keeper.kill()
        self.keeper.communicate(timeout=30)


@dataclass
class Proxy:
    """Passes bytes on between loopback ports, until it is told to hold them: then it is a hole they fall into."""

    target: tuple[str, int]
    listener: socket.socket = field(init=False)
    lines: list[socket.socket] = field(default_factory=list)
    flows: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Begin."""
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.flows.set()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self.listener.accept()
                self.flows.wait()
                there = socket.create_connection(self.target)
                self.lines += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=(one, other), name="proxy", daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while content := one.recv(65_536):
                self.flows.wait()
                other.sendall(content)
        self.flows.wait()
        for line in (one, other):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def drop(self) -> None:
        """Pass nothing on, and hang up nothing."""
        self.flows.clear()

    def lift(self) -> None:
        """Pass on what was held, and what comes."""
        self.flows.set()

    def close(self) -> None:
        """Hang up everywhere."""
        for line in (self.listener, *self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self.flows.set()


@dataclass(frozen=True)
class Line:
    """A server and the line to it: `drop` loses every packet from now on, `lift` ends that."""

    server: postgres.Server
    host: str
    port: int
    way: Namespace | Proxy

    def address(self, *others: postgres.Server) -> str:
        """Return the address of the server behind the line, before others on the loopback interface."""
        hosts = [f"{self.host}:{self.port}", *(f"127.0.0.1:{other.port}" for other in others)]
        return f"postgresql://postgres:{self.server.password}@{','.join(hosts)}/postgres"


@contextmanager
def line_to_a_server(password: str, *, in_a_namespace: bool) -> Iterator[Line]:
    """Start a server behind a line; raise `Refused` where it shall live in a namespace and cannot."""
    with ExitStack() as ending:
        namespace = Namespace.made() if in_a_namespace else None
        if namespace is not None:
            ending.callback(namespace.close)
        server = postgres.Server.made(password)
        ending.callback(server.stop)
        if namespace is None:
            server.start()
            proxy = Proxy(("127.0.0.1", server.port))
            ending.callback(proxy.close)
            yield Line(server, "127.0.0.1", proxy.port, proxy)
            return
        server.inside = namespace.inside
        server.let_in(f"{namespace.address(1)}/32")
        server.start({"listen_addresses": namespace.address(2)})
        yield Line(server, namespace.address(2), server.port, namespace)
