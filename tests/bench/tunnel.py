"""Measures the tunnel between two network namespaces: ours, wireguard-go, and a stock pair when BERTH_PEER names one.

    a (10.90.0.1)  command line  ----  server and agents  b (10.90.0.2)

Over a veth pair, then over links of 20 and 50 ms round trip (tests/support/link). Every figure is the median of RUNS
repeats after one that is not counted; the candidates alternate, so that a drift of the machine meets all alike.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import berthtest
from berthtest.network import (FAR, FAR_ADDRESS, NEAR, NEAR_ADDRESS, Pair, answers, at, deployment, enter, link, listens,
                               namespaces, running, shell)
from berthtest.stock import PEER
from processes import memory_at_rest, processor_seconds

RUNS = int(os.environ.get("BERTH_BENCH_RUNS", "5"))
SECONDS = 4  # of each transfer, after one that is not counted
IPERF_PORT, ECHO_PORT = 5201, 5301
SSH_MEGABYTES = 400


def iperf(port, address="127.0.0.1", streams=1, is_download=True):
    """(Gbit/s, bytes received). iperf3's server runs at the far end."""
    command = ["iperf3", "-c", address, "-p", str(port), "-t", str(SECONDS), "-O", "1", "-P", str(streams), "-J", "-C", "cubic"]
    for _ in range(20):
        done = subprocess.run(command + (["-R"] if is_download else []), capture_output=True, text=True, check=False)
        result = json.loads(done.stdout)
        if "busy" not in result.get("error", ""):
            break
        time.sleep(0.25)  # it has not noticed the end of the last connection
    if "error" in result:
        raise RuntimeError(f"iperf3: {result['error']}")
    received = result["end"]["sum_received"]
    return received["bits_per_second"] / 1e9, received["bytes"]


def echo_latency(port, address="127.0.0.1", count=1000):
    """Milliseconds: the median of `count` round trips of 64 bytes."""
    samples = []
    with socket.create_connection((address, port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            began = time.perf_counter()
            connection.sendall(b"x" * 64)
            left = 64
            while left:
                left -= len(connection.recv(left))
            samples.append(time.perf_counter() - began)
    return statistics.median(samples) * 1000


def serve_echo():
    """At the far end, until the program ends."""
    ready = threading.Event()

    def answer(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while data := connection.recv(4096):
                connection.sendall(data)

    def serve():
        enter(FAR)
        with socket.create_server(("0.0.0.0", ECHO_PORT)) as listener:
            ready.set()
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    ready.wait()


class MeasuredPair(Pair):
    def __init__(self, berth, name):
        programs = (PEER, PEER) if name == "stock" else (berthtest.BERTH, berthtest.BERTH_AGENT)
        super().__init__(berth, name, *programs)

    @contextlib.contextmanager
    def forwarding(self, port, remote):
        command = [self.cli, "port-forward", self.name, "--tcp", f"{port}:{remote}"]
        with running(command, env=self.berth.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            berthtest.wait_for(lambda: listens(port, NEAR), 20, f"{self.name} forwards {port}")
            yield process

    def speedtest(self, *global_flags):
        """Gbit/s"""
        text = self.run(*global_flags, "speedtest", self.name, "-t", "5s", "-o", "json")
        return json.loads(text[text.index("{"):])["overall"]["throughput_mbits"] / 1e3

    def ssh(self, megabytes=SSH_MEGABYTES):
        """(MB/s, processor seconds of both ends per GB)"""
        agent_before = processor_seconds(self.agent.pid)
        own_before = os.times()
        process = subprocess.Popen([self.cli, "ssh", self.name, "--", f"head -c {megabytes * 1_000_000} /dev/zero"],
                                   env=self.berth.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        began, count = None, 0
        while chunk := process.stdout.read1(1 << 20):
            began = began or time.perf_counter()
            count += len(chunk)
        took = time.perf_counter() - began
        process.wait()
        after = os.times()
        own = after.children_user + after.children_system - own_before.children_user - own_before.children_system
        used = own + processor_seconds(self.agent.pid) - agent_before
        return count / 1e6 / took, used / (count / 1e9)


@contextlib.contextmanager
def wireguard_go():
    """10.91.0.1 and 10.91.0.2 through the real program, its two processes; the link must be up."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="berth-bench-wg-"))
    ends = []
    try:
        for number, place in ((1, NEAR), (2, FAR)):
            key = subprocess.run(["wg", "genkey"], capture_output=True, text=True, check=True).stdout.strip()
            public = subprocess.run(["wg", "pubkey"], input=key, capture_output=True, text=True, check=True).stdout.strip()
            (folder / place).write_text(key)
            ends.append((number, place, public))
        with contextlib.ExitStack() as stack:
            processes = []
            for number, place, _ in ends:
                device = f"wg{number}"
                processes.append(stack.enter_context(running(at(place, "wireguard-go", "-f", device),
                                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)))
                berthtest.wait_for(lambda d=device: pathlib.Path(f"/var/run/wireguard/{d}.sock").exists(), 5, device)
                other = ends[2 - number]
                address = FAR_ADDRESS if number == 1 else NEAR_ADDRESS
                shell(" ".join(at(place, "wg", "set", device, "listen-port", 51820, "private-key", folder / place, "peer", other[2],
                                  "allowed-ips", f"10.91.0.{other[0]}/32", "endpoint", f"{address}:51820")))
                shell(f"ip -n {place} addr add 10.91.0.{number}/24 dev {device} && ip -n {place} link set {device} mtu 1280 up")
            berthtest.wait_for(lambda: answers(ECHO_PORT, "10.91.0.2"), 10, "wireguard-go connects")
            yield processes
    finally:
        shutil.rmtree(folder)


class Figures:
    def __init__(self):
        self.samples = {}

    def add(self, what, who, value):
        self.samples.setdefault(what, {}).setdefault(who, []).append(value)

    def table(self, columns):
        lines = ["| figure | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
        for what, values in self.samples.items():
            cells = [values.get(each) for each in columns]
            lines.append(f"| {what} | " + " | ".join("" if not c else f"{statistics.median(c):.3g}" for c in cells) + " |")
        return "\n".join(lines)


class Bench:
    def __init__(self, pairs):
        self.pairs = pairs
        self.figures = Figures()
        self.failures = []

    def repeat(self, what, candidates):
        """`candidates`: who -> function that gives one sample. The first round is not counted, nor what fails."""
        for round_number in range(RUNS + 1):
            for who, sample in candidates.items():
                try:
                    value = sample()
                except RuntimeError as error:
                    self.failures.append(f"{what}, {who}: {error}")
                    continue
                if round_number:
                    self.figures.add(what, who, value)
        print(what, {who: f"{statistics.median(v):.3g}" for who, v in self.figures.samples.get(what, {}).items()}, flush=True)

    def forwarded(self, round_trip):
        """iperf3 through port-forward, beside plain TCP and wireguard-go on the same link."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(running(at(FAR, "iperf3", "-s", "-p", IPERF_PORT), stdout=subprocess.DEVNULL))
            berthtest.wait_for(lambda: listens(IPERF_PORT, FAR), 5, "iperf3")
            addresses = {"plain TCP": (IPERF_PORT, FAR_ADDRESS), "wireguard-go": (IPERF_PORT, "10.91.0.2")}
            ends = {"plain TCP": (), "wireguard-go": stack.enter_context(wireguard_go())}
            for number, pair in enumerate(self.pairs):
                port = 15201 + number
                ends[pair.name] = (pair.agent, stack.enter_context(pair.forwarding(port, IPERF_PORT)))
                addresses[pair.name] = (port, "127.0.0.1")
            for streams in (1, 8):
                for is_download in (True, False) if not round_trip else (True,):
                    what = f"TCP, {streams} stream{'s' * (streams > 1)} {'down' if is_download else 'up'}, {round_trip} ms"
                    self.repeat(f"{what}, Gbit/s",
                                {who: lambda w=who: self.transfer(what, w, ends[w], *addresses[w], streams, is_download)
                                 for who in addresses})

    def transfer(self, what, who, ends, port, address, streams, is_download):
        """Gbit/s, having noted what it cost."""
        before = sum(processor_seconds(each.pid) for each in ends)
        rate, count = iperf(port, address, streams, is_download)
        if ends:
            used = sum(processor_seconds(each.pid) for each in ends) - before
            # iperf3 does not tell the bytes of the second that it leaves out
            self.figures.add(f"{what}: processor seconds of both ends per GB", who,
                             used / (count / 1e9) * SECONDS / (SECONDS + 1))
        return rate

    def latency(self):
        with contextlib.ExitStack() as stack:
            places = {"plain TCP": (ECHO_PORT, FAR_ADDRESS)}
            for number, pair in enumerate(self.pairs):
                port = 15301 + number
                stack.enter_context(pair.forwarding(port, ECHO_PORT))
                places[pair.name] = (port, "127.0.0.1")
            self.repeat("round trip of 64 bytes, ms", {who: lambda w=where: echo_latency(*w) for who, where in places.items()})

    def commands(self, round_trip):
        self.repeat(f"`speedtest`, {round_trip} ms, Gbit/s", {p.name: p.speedtest for p in self.pairs})
        if round_trip:
            self.repeat(f"`ssh`, {round_trip} ms, MB/s", {p.name: lambda p=p: p.ssh(100)[0] for p in self.pairs})
            return
        for round_number in range(RUNS + 1):
            for pair in self.pairs:
                rate, cost = pair.ssh()
                if round_number:
                    self.figures.add("`ssh`, 0 ms, MB/s", pair.name, rate)
                    self.figures.add("`ssh`: processor seconds of both ends per GB", pair.name, cost)

    def relay(self):
        flag = "--disable-direct-connections"
        self.repeat("`speedtest` over the relay, Gbit/s", {p.name: lambda p=p: p.speedtest(flag) for p in self.pairs})
        for pair in self.pairs:
            for _ in range(RUNS):
                self.figures.add("two at once over the relay: slower / faster", pair.name, self.fairness(pair, flag))

    @staticmethod
    def fairness(pair, flag):
        rates = []
        threads = [threading.Thread(target=lambda: rates.append(pair.speedtest(flag))) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return min(rates) / max(rates)

    def connect_times(self):
        for pair in self.pairs:
            samples = []
            for _ in range(31):
                began = time.perf_counter()
                pair.run("ssh", pair.name, "--", "true")
                samples.append((time.perf_counter() - began) * 1000)
            samples = sorted(samples[1:])
            self.figures.add("`ssh -- true`, p50 of 30, ms", pair.name, samples[15])
            self.figures.add("`ssh -- true`, p95 of 30, ms", pair.name, samples[28])

    def memory(self):
        for pair in self.pairs:
            self.figures.add("agent after all this, RSS MB", pair.name, memory_at_rest(pair.agent.pid)[1])


def measure(parts, output):
    with contextlib.ExitStack() as stack:
        stack.enter_context(namespaces())
        serve_echo()
        cable = stack.enter_context(contextlib.ExitStack())
        cable.enter_context(link())
        berth = stack.enter_context(deployment())
        pairs = [MeasuredPair(berth, name) for name in ["berth"] + (["stock"] if PEER else [])]
        for each in pairs:
            stack.callback(each.stop)
        bench = Bench(pairs)
        if "clean" in parts:
            bench.connect_times()
            bench.latency()
            bench.commands(0)
            bench.relay()
        if "forward" in parts:
            bench.forwarded(0)
        for round_trip in (20, 50) if "delay" in parts else ():
            cable.close()
            cable.enter_context(link(round_trip))
            for each in pairs:
                each.run("ping", "-n", "2", each.name)
            bench.commands(round_trip)
            bench.forwarded(round_trip)
        bench.memory()
        text = bench.figures.table(["plain TCP", "wireguard-go"] + [each.name for each in pairs])
        print(text)
        if output:
            pathlib.Path(output).write_text(text + "\n")
        if bench.failures:
            raise SystemExit("\n".join(["Samples that failed:"] + bench.failures))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", help="also write the table to this file")
    parser.add_argument("parts", nargs="*", default=["clean", "forward", "delay"], help="clean, forward, delay")
    arguments = parser.parse_args()
    for program in ("iperf3", "wireguard-go", "wg", "ip"):
        if not shutil.which(program):
            parser.error(f"{program} is missing: apt-get install iperf3 wireguard-go wireguard-tools iproute2")
    measure(arguments.parts, arguments.output)


if __name__ == "__main__":
    main()
