"""Measures the main job: ours, and a stock Coder in the same run when BERTH_PEER names one.

Prints a table (and writes it as Markdown with --output FILE). Every figure is the median of RUNS repeats after one that
is not counted; ours and stock alternate, so that a drift of the machine meets both alike.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import berthtest
import desktop_test
import interop_test
from berthtest.stock import PEER, StockServer
from processes import memory_at_rest, memory_of

RUNS = int(os.environ.get("BERTH_BENCH_RUNS", "5"))
THROUGHPUT_MEGABYTES = 500


def timed(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def median(samples):
    return statistics.median(samples) if samples else None


class Side:
    """One of the two: ours or stock."""

    def __init__(self, name):
        self.name = name
        stock = name == "stock"
        self.berth = berthtest.Deployment(cli=PEER if stock else berthtest.BERTH, sign_in=False)
        self.agent = PEER if stock else berthtest.BERTH_AGENT
        if stock:
            self.berth.server = StockServer(self.berth.root / "server")
        self.figures = {}

    def add(self, what, value):
        self.figures.setdefault(what, []).append(value)

    def start(self):
        self.berth.server.start()
        self.berth.sign_in()
        text = (interop_test.TEMPLATE.replace("@IMAGE@", berthtest.IMAGE)
                .replace("@PORT@", str(self.berth.server.port)).replace("@AGENT@", str(self.agent)))
        self.folder = berthtest.write_template(self.berth.root / "template", text)

    def measure_start(self):
        """Process start to the first answered request, with the database in place."""
        server = self.berth.server
        server.stop(30)
        began = time.perf_counter()
        if self.name == "stock":
            server.process = subprocess.Popen(server.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                              env=server.command_environment, start_new_session=True)
        else:
            server.process = subprocess.Popen(
                [server.program, "--global-config", server.directory, "server", "--http-address",
                 f"127.0.0.1:{server.port}", "--access-url", server.url],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while not server.answers():
            time.sleep(0.002)
        self.add("server start, s", time.perf_counter() - began)

    def measure_push(self, number):
        (self.folder / "note.txt").write_text(f"run {number}\n")  # a new archive each time
        self.add("templates push, s", timed(
            lambda: self.berth.run("templates", "push", "box", "-d", str(self.folder), "-y")))

    def measure_create(self, number):
        name = f"bench{number}"
        self.add("create, s", timed(lambda: self.berth.create(name, "--parameter", "greeting=hello", template="box")))
        self.berth.wait_until_connected(name)
        return name

    def measure_ssh(self, name):
        self.berth.ssh(name, "true")
        for _ in range(RUNS):
            self.add("ssh -- true, s", timed(lambda: self.berth.ssh(name, "true")))

    def measure_throughput(self, name):
        for _ in range(3):
            done = subprocess.Popen([self.berth.cli_program, "ssh", name, "--",
                                     f"head -c {THROUGHPUT_MEGABYTES * 1_000_000} /dev/zero"],
                                    env=self.berth.environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            began, count = None, 0
            while chunk := done.stdout.read1(1 << 20):
                began = began or time.perf_counter()
                count += len(chunk)
            self.add("ssh throughput, MB/s", count / 1e6 / (time.perf_counter() - began))
            done.wait()

    def measure_memory(self, name):
        self.add("server, idle, PSS MB", memory_of(self.berth.server.process.pid)[0])
        pid = berthtest.docker("inspect", "-f", "{{.State.Pid}}",
                               f"berth-interop-{self.berth.workspace(name)['id']}")
        self.add("agent after transfers, RSS MB", memory_at_rest(int(pid))[1])


def bare_apply(server_port):
    """`tofu apply` of the same resources with nothing around it."""
    text = (interop_test.TEMPLATE.replace("@IMAGE@", berthtest.IMAGE).replace("@PORT@", str(server_port))
            .replace("@AGENT@", str(berthtest.BERTH_AGENT)))
    root = pathlib.Path(tempfile.mkdtemp(prefix="berth-bench-"))
    folder = berthtest.write_template(root, text)
    rc = root / "tofurc"
    rc.write_text('provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n'
                  % (berthtest.CACHE_DIR / "providers"))
    env = {**os.environ, "TF_CLI_CONFIG_FILE": str(rc), "CODER_WORKSPACE_TRANSITION": "start",
           "CODER_WORKSPACE_ID": "00000000-0000-4000-8000-000000000001", "CODER_WORKSPACE_NAME": "bare",
           "CODER_WORKSPACE_OWNER": "me", "CODER_AGENT_URL": "http://127.0.0.1:1"}
    tofu = berthtest.find_tofu()

    def call(*arguments):
        subprocess.run([tofu, *arguments], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)

    try:
        call("init")
        samples = []
        for _ in range(RUNS):
            samples.append(timed(lambda: call("apply", "-auto-approve")))
            call("destroy", "-auto-approve")
        return median(samples)
    finally:
        shutil.rmtree(root, ignore_errors=True)


class Cleanups(contextlib.ExitStack):
    """What desktop_test.Desktop wants of a test."""

    addCleanup = contextlib.ExitStack.callback


def app_connect_times():
    """{"through the app" or "own tunnel": (p50, p95)} of `ssh -- true`, 30 each, ms; empty without a display."""
    if not desktop_test.DESKTOP.exists() or not shutil.which("Xvfb") or not shutil.which("dbus-run-session"):
        return {}
    with Cleanups() as cleanups:
        desktop = desktop_test.Desktop(cleanups)

        def ssh(*flags):
            return desktop.run_cli("ssh", *flags, desktop_test.WORKSPACE, "--", "true", check=False)

        of_others = desktop_test.containers()
        desktop.start(cleanups, "--quickstart")
        berthtest.wait_for(lambda: desktop_test.containers() - of_others, 120, "the app brings its workspace up")
        berthtest.wait_for(lambda: "Berth app" in desktop.run_cli("ping", "-n", "1", desktop_test.WORKSPACE,
                                                                 check=False).stderr, 120, "the app's tunnel is used")
        times = {"through the app": [], "own tunnel": []}
        for number in range(31):
            for who, flags in (("through the app", ()), ("own tunnel", ("--force-new-tunnel",))):
                took = timed(lambda f=flags: ssh(*f)) * 1000
                if number:
                    times[who].append(took)
        desktop.cli("delete", desktop_test.WORKSPACE, "-y")
        return {who: (sorted(samples)[15], sorted(samples)[28]) for who, samples in times.items()}


def app_memory():
    """Memory of the idle app under a virtual display, or None without one."""
    program = berthtest.BIN_DIR / "berth-desktop"
    if not program.exists() or not shutil.which("xvfb-run"):
        return None
    process = subprocess.Popen(["xvfb-run", "-a", str(program)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent-berth"})
    try:
        time.sleep(4)
        pid = subprocess.run(["pgrep", "-n", "-x", "berth-desktop"], capture_output=True, text=True,
                             check=False).stdout.strip()
        return memory_of(int(pid))[0] if pid else None
    finally:
        os.killpg(process.pid, 15)


def print_table(sides, bare, app, connect_times, output):
    rows = list(dict.fromkeys(what for side in sides for what in side.figures))
    lines = ["| figure | " + " | ".join(side.name for side in sides) + " |", "|---|" + "---|" * len(sides)]
    for what in rows:
        cells = [median(side.figures.get(what, [])) for side in sides]
        lines.append(f"| {what} | " + " | ".join("" if c is None else f"{c:.3g}" for c in cells) + " |")
    lines.append(f"| bare `tofu apply` of the same, s | {bare:.3g} |" + " |" * (len(sides) - 1))
    lines.append(f"| berth-agent on disk, MB | {berthtest.BERTH_AGENT.stat().st_size / 1e6:.3g} |"
                 + (f" {pathlib.Path(PEER).stat().st_size / 1e6:.3g} |" if PEER else ""))
    if app is not None:
        lines.append(f"| berth-desktop, idle, PSS MB | {app:.3g} |" + " |" * (len(sides) - 1))
    for who, (p50, p95) in connect_times.items():
        lines.append(f"| `ssh -- true`, {who}: p50, p95 of 30, ms | {p50:.3g}, {p95:.3g} |" + " |" * (len(sides) - 1))
    text = "\n".join(lines)
    print(text)
    if output:
        pathlib.Path(output).write_text(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", help="also write the table to this file")
    arguments = parser.parse_args()
    sides = [Side("berth")] + ([Side("stock")] if PEER else [])
    try:
        for side in sides:
            side.start()
        for number in range(RUNS):
            for side in sides:
                side.measure_start()
        for number in range(RUNS):
            for side in sides:
                side.measure_push(number)
        for number in range(RUNS):
            for side in sides:
                side.name_of_workspace = side.measure_create(number)
        for side in sides:
            side.measure_ssh(side.name_of_workspace)
            side.measure_throughput(side.name_of_workspace)
            side.measure_memory(side.name_of_workspace)
        bare = bare_apply(sides[0].berth.server.port)
        print_table(sides, bare, app_memory(), app_connect_times(), arguments.output)
    finally:
        for side in sides:
            side.berth.__exit__()


if __name__ == "__main__":
    main()
