"""What end-to-end tests share: a real server of ours or a stock one, a command line, and the Docker engine.

Everything that a test starts it stops: use the fixtures of `Deployment` in a `with` block or `addCleanup`.
"""
import contextlib
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

SOURCE_DIR = pathlib.Path(os.environ.get("BERTH_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
BIN_DIR = pathlib.Path(os.environ.get("BERTH_BIN_DIR", SOURCE_DIR / "build/bin"))
CACHE_DIR = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "berth"
BERTH = BIN_DIR / "berth"
BERTH_AGENT = BIN_DIR / "berth-agent"
PASSWORD = "Correct-horse-9"
IMAGE = "berth-base:latest"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds, what):
    """Polls until `condition()` is true and returns its value; fails the test with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"gave up after {seconds} s: {what}")
        time.sleep(0.05)


def docker(*arguments, check=True):
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def find_tofu():
    """OpenTofu, in the order in which the server looks for it."""
    return shutil.which("tofu") or str(CACHE_DIR / "tools/tofu")


class Server:
    """`berth server` on a directory of its own. `prefix` is a command that runs it elsewhere, in a namespace."""

    def __init__(self, directory, port=None, program=BERTH, environment=None, host="127.0.0.1", prefix=(), flags=(),
                 access_url=None):
        self.directory = pathlib.Path(directory)
        self.port = port or free_port()
        self.host = host
        self.url = f"http://{host}:{self.port}"
        self.access_url = access_url or self.url
        self.prefix = prefix
        self.flags = flags
        self.program = program
        self.environment = environment or {}
        self.process = None

    @property
    def log_file(self):
        return self.directory.parent / f"{self.directory.name}.log"

    def start(self, seconds=20):
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.program, "--global-config", self.directory, "server", "--http-address",
                 f"{self.host}:{self.port}", "--access-url", self.access_url, *self.flags],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **self.environment})
        wait_for(lambda: self.answers() or self.has_ended(), seconds, f"server answers; log: {self.log()}")
        if self.has_ended():
            raise AssertionError(f"server ended with {self.process.returncode}: {self.log()}")
        return self

    def has_ended(self):
        return self.process.poll() is not None

    def answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/buildinfo", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def log(self):
        return self.log_file.read_text(errors="replace")[-4000:]

    def stop(self, seconds=10):
        """Ends it as a user would; returns (exit code, seconds it took)."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=seconds)
        return code, time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ensure_stopped(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


class Terminal:
    """A program on a pseudo-terminal, as a person sees it."""

    def __init__(self, command, environment):
        self.leader, follower = pty.openpty()
        self.process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment,
                                        start_new_session=True)
        os.close(follower)
        self.unread = ""

    def expect(self, text, seconds=30):
        """Reads on until `text` has come."""
        end = time.monotonic() + seconds
        while text not in self.unread:
            ready, _, _ = select.select([self.leader], [], [], max(0, end - time.monotonic()))
            try:
                data = os.read(self.leader, 65536) if ready else b""
            except OSError:  # the program has ended
                data = b""
            if not data:
                raise AssertionError(f"waited for {text!r}, got {self.unread!r}")
            self.unread += data.decode(errors="replace")
        self.unread = self.unread.split(text, 1)[1]

    def send(self, line):
        os.write(self.leader, line.encode() + b"\n")

    def answer(self, question, line):
        self.expect(question)
        self.send(line)

    def end_input(self):
        os.write(self.leader, b"\x04")

    def wait(self, seconds=30):
        return self.process.wait(timeout=seconds)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)


class Deployment(contextlib.AbstractContextManager):
    """A server with a signed-in first user, and a command line with a home of its own."""

    def __init__(self, cli=BERTH, sign_in=True, server=None):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="berth-e2e-"))
        self.home = self.root / "home"
        (self.home / ".ssh").mkdir(parents=True)
        self.cli_program = cli
        self.server = server or Server(self.root / "server")
        self.wants_sign_in = sign_in
        self.workspaces = []

    def __enter__(self):
        self.server.start()
        if self.wants_sign_in:
            self.sign_in()
        return self

    def __exit__(self, *_):
        for name in self.workspaces:
            with contextlib.suppress(Exception):
                self.run("delete", name, "-y", check=False, seconds=60)
        self.server.ensure_stopped()
        shutil.rmtree(self.root, ignore_errors=True)

    def sign_in(self):
        self.run("login", self.server.url, "--first-user-email", "me@example.com", "--first-user-username", "me",
                 "--first-user-password", PASSWORD, "--first-user-full-name", "Me", "--first-user-trial=false")

    @property
    def environment(self):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("CODER_", "BERTH_"))}
        return {**env, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config"),
                "CODER_CONFIG_DIR": str(self.root / "cli"), "BERTH_CONFIG_DIR": str(self.root / "cli"),
                "CODER_NO_VERSION_WARNING": "true", "CODER_DISABLE_NETWORK_TELEMETRY": "true"}

    def start_process(self, *arguments, **options):
        return subprocess.Popen([self.cli_program, *arguments], env=self.environment, text=True,
                                stdin=options.pop("stdin", subprocess.DEVNULL), **options)

    def terminal(self, *arguments):
        return Terminal([self.cli_program, *arguments], self.environment)

    def run(self, *arguments, check=True, seconds=120, stdin=None):
        """Runs the command line; returns the finished process with its text output."""
        done = subprocess.run([self.cli_program, *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=seconds, check=False, input=stdin if stdin is not None else "")
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, arguments))} exited {done.returncode}:\n{done.stdout}\n"
                                 f"{done.stderr}\nserver log: {self.server.log()[-1500:]}")
        return done

    def ssh(self, workspace, command, **options):
        return self.run("ssh", workspace, "--", command, **options)

    def create(self, name, *arguments, template="docker", seconds=180):
        self.workspaces.append(name)
        return self.run("create", name, "--template", template, *arguments, "-y", seconds=seconds)

    def workspace(self, name):
        found = [w for w in json.loads(self.run("list", "-o", "json").stdout) if w["name"] == name]
        return found[0] if found else None

    def agent_status(self, name):
        build = (self.workspace(name) or {}).get("latest_build", {})
        agents = [a for r in build.get("resources", []) for a in (r.get("agents") or [])]
        return agents[0]["status"] if agents else None

    def wait_until_connected(self, name, seconds=60):
        wait_for(lambda: self.agent_status(name) == "connected", seconds, f"agent of {name} connects")

    def token(self):
        return (self.root / "cli/session").read_text().strip()

    def api(self, method, path, body=None, token=True):
        """(status, decoded body) of one request; the token of the signed-in user unless told otherwise."""
        request = urllib.request.Request(self.server.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Coder-Session-Token", self.token() if token is True else token)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, json.loads(text)
            except ValueError:
                return error.code, text

    def ssh_config(self):
        """Writes the OpenSSH configuration and returns the arguments that select it."""
        self.run("config-ssh", "-y")
        return ["-F", str(self.home / ".ssh/config"), "-o", "BatchMode=yes"]

    def ssh_host(self, workspace):
        for line in (self.home / ".ssh/config").read_text().splitlines():
            words = line.split()
            if words[:1] == ["Host"] and words[1].startswith("*."):
                return f"{workspace}{words[1][1:]}"
        return f"coder.{workspace}"


# A template without Docker: as fast as OpenTofu itself. Its agent is never started.
NULL_TEMPLATE = """
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}
data "coder_workspace" "me" {}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
"""


def write_template(directory, text):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "main.tf").write_text(text)
    return directory


class TestCase(unittest.TestCase):
    needs_docker = True

    def setUp(self):
        for program in (BERTH, BERTH_AGENT):
            self.assertTrue(program.exists(), f"{program} is not built; run ./dev build")
        self.assertIsNotNone(find_tofu(), "no OpenTofu; run ./dev setup")
        if self.needs_docker:
            self.assertIn("Server Version", docker("info"), "no Docker engine answers; run ./dev setup")
