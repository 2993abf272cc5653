"""Two network namespaces with a link between them, a server at the far end, and agents that are started by hand.

    a (10.90.0.1)  command line  ----  server and agents  b (10.90.0.2)

Needs privilege and `ip`.
"""
import contextlib
import ctypes
import os
import socket
import subprocess

import berthtest

NEAR, FAR = "berth-a", "berth-b"
NEAR_ADDRESS, FAR_ADDRESS = "10.90.0.1", "10.90.0.2"
SERVER_PORT = 7080
EMULATOR = berthtest.BIN_DIR.parent / "tests/link_emulator"

# Its agent's token goes into a file: the agent is started by hand, in a namespace.
TEMPLATE = berthtest.NULL_TEMPLATE + """
resource "terraform_data" "token" {
  input = coder_agent.main.token
  provisioner "local-exec" {
    command = "printf %s '${coder_agent.main.token}' > @FOLDER@/token-${data.coder_workspace.me.name}"
  }
}
"""


def shell(command):
    subprocess.run(command, shell=True, check=True)


def at(place, *command):
    """A command line that runs in a namespace."""
    return ["ip", "netns", "exec", place, *map(str, command)]


def run_at(place, command):
    """Runs a shell command in a namespace."""
    subprocess.run(at(place, "sh", "-ec", command), check=True)


def enter(place):
    """Moves the calling thread, and what it starts, into a namespace."""
    with open(f"/run/netns/{place}", "rb") as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter the namespace {place}")


def are_possible():
    return os.geteuid() == 0 and subprocess.run(["ip", "netns", "list"], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def namespaces():
    """Both namespaces, with this thread in the near one."""
    with open("/proc/thread-self/ns/net", "rb") as original:
        for each in (NEAR, FAR):
            subprocess.run(["ip", "netns", "del", each], stderr=subprocess.DEVNULL, check=False)
            shell(f"ip netns add {each} && ip -n {each} link set lo up")
        enter(NEAR)
        try:
            yield
        finally:
            ctypes.CDLL(None).setns(original.fileno(), 0x40000000)
            for each in (NEAR, FAR):
                subprocess.run(["ip", "netns", "del", each], check=False)


@contextlib.contextmanager
def link(round_trip=0):
    """A veth pair, or a link that takes `round_trip` milliseconds."""
    if round_trip:
        emulator = subprocess.Popen([EMULATOR, "--delay", str(round_trip / 2), NEAR, FAR], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)
        if emulator.stdout.readline() != b"ready\n":
            raise RuntimeError("the link emulator did not start")
        try:
            yield
        finally:
            emulator.stdin.close()
            emulator.wait()
        return
    shell(f"ip link add link0 netns {NEAR} type veth peer name link0 netns {FAR}")
    for place, address in ((NEAR, NEAR_ADDRESS), (FAR, FAR_ADDRESS)):
        shell(f"ip -n {place} addr add {address}/24 dev link0 && ip -n {place} link set link0 up")
    try:
        yield
    finally:
        shell(f"ip -n {NEAR} link del link0")


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port, place):
    """Whether something listens there; without a connection, which iperf3 would take for a test."""
    return bool(subprocess.run(at(place, "ss", "-Hltn", f"sport = :{port}"), capture_output=True, check=True).stdout)


def answers(port, address="127.0.0.1"):
    try:
        with socket.create_connection((address, port), 1):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def deployment(server=berthtest.Server, flags=()):
    """A server of a kind at the far end, signed in to from here, with the template "bare"."""
    berth = berthtest.Deployment()
    berth.server = server(berth.root / "server", port=SERVER_PORT, host=FAR_ADDRESS, prefix=at(FAR), flags=flags)
    with berth:
        berthtest.write_template(berth.root / "template", TEMPLATE.replace("@FOLDER@", str(berth.root)))
        berth.run("templates", "push", "bare", "-d", str(berth.root / "template"), "-y")
        yield berth


class Pair:
    """A command line here and an agent of a new workspace at the far end; each program ours or stock."""

    def __init__(self, berth, name, cli, agent):
        self.berth = berth
        self.name = name
        self.cli = cli
        berth.create(name, template="bare")
        home = berth.root / f"home-{name}"
        home.mkdir()
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "CODER_AGENT_URL": berth.server.url,
                       "CODER_AGENT_TOKEN": (berth.root / f"token-{name}").read_text()}
        with open(berth.root / f"agent-{name}.log", "wb") as log:
            self.agent = subprocess.Popen(at(FAR, agent, "agent"), env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, start_new_session=True)
        berth.wait_until_connected(name)

    def stop(self):
        self.agent.terminate()
        self.agent.wait()

    def run(self, *arguments, seconds=120):
        """The command line's standard output."""
        done = subprocess.run([self.cli, *arguments], env=self.berth.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=seconds, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: {' '.join(arguments)} exited {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout
