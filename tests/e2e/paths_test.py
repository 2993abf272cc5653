"""The ways between a command line and an agent, in two network namespaces: direct, the relay, and the change between them.

With BERTH_PEER also between our programs and stock ones, both ways, over our server and over a stock one.
"""
import contextlib
import hashlib
import subprocess
import threading
import unittest

import berthtest
from berthtest import network
from berthtest.stock import PEER, StockServer

# A hundred pieces of some 100 KB, a tenth of a second apart.
PACED = "for i in $(seq 100); do seq $i 20000; sleep 0.1; done"
CUT = ("nft add table inet cut; nft 'add chain inet cut in { type filter hook input priority 0; }'; "
       "nft add rule inet cut in meta l4proto udp drop")
HEAL = "nft delete table inet cut"


class Transfer:
    """What a command in a workspace writes, counted and digested as it comes."""

    def __init__(self, pair, command):
        self.count = 0
        self.digest = hashlib.sha256()
        self.process = subprocess.Popen([pair.cli, "ssh", pair.name, "--", command], env=pair.berth.environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while chunk := self.process.stdout.read1(65536):
            self.digest.update(chunk)
            self.count += len(chunk)

    def wait_for_more(self, count, seconds):
        mark = self.count + count
        berthtest.wait_for(lambda: self.count >= mark, seconds, f"{count} more bytes arrive")

    def finish(self):
        self.thread.join()
        self.process.stdout.close()
        return self.process.wait(), self.digest.hexdigest()


class Paths:
    """The tests of one server; derived classes say which."""
    server = berthtest.Server

    @classmethod
    def setUpClass(cls):
        if not network.are_possible():
            raise unittest.SkipTest("network namespaces need privilege")
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        stack.enter_context(network.namespaces())
        stack.enter_context(network.link())
        cls.berth = stack.enter_context(network.deployment(cls.server))

    def pair(self, name, cli, agent):
        if "stock" in (cli, agent) and not PEER:
            self.skipTest("BERTH_PEER is empty: no stock program to test with")
        pair = network.Pair(self.berth, name, PEER if cli == "stock" else berthtest.BERTH,
                            PEER if agent == "stock" else berthtest.BERTH_AGENT)
        self.addCleanup(pair.stop)
        return pair

    def check(self, pair):
        self.assertIn("p2p via 10.90.0.2:", pair.run("ping", "-n", "5", pair.name))
        for direction in ("up", "down"):
            self.assertIn("Mbits/sec", pair.run("speedtest", "-d", "--direction", direction, "-t", "5s", pair.name))
        self.assertIn("via DERP", pair.run("--disable-direct-connections", "ping", "-n", "1", pair.name))

        expected = hashlib.sha256("".join(f"{n}\n" for i in range(1, 101) for n in range(i, 20001)).encode()).hexdigest()
        transfer = Transfer(pair, PACED)
        self.addCleanup(transfer.process.kill)
        transfer.wait_for_more(500_000, 20)
        network.run_at(network.FAR, CUT)
        healed = contextlib.ExitStack()
        healed.callback(network.run_at, network.FAR, HEAL)
        with healed:
            transfer.wait_for_more(2_000_000, 40)
            self.assertIn("via DERP", pair.run("ping", "-n", "1", pair.name))
        self.assertEqual(transfer.finish(), (0, expected))
        self.assertIn("p2p via 10.90.0.2:", pair.run("ping", "-n", "5", pair.name))

    def test_ours(self):
        self.check(self.pair("ours", "ours", "ours"))

    def test_our_command_line_with_a_stock_agent(self):
        self.check(self.pair("stockagent", "ours", "stock"))

    def test_stock_command_line_with_our_agent(self):
        self.check(self.pair("stockcli", "stock", "ours"))


class OverOurServer(Paths, berthtest.TestCase):
    pass


@unittest.skipUnless(PEER, "BERTH_PEER is empty: no stock server to test with")
class OverStockServer(Paths, berthtest.TestCase):
    server = StockServer


class RelayByWebSocket(berthtest.TestCase):
    """A server whose proxy lets only WebSockets through to the relay."""

    def test_all_pairs(self):
        if not network.are_possible():
            self.skipTest("network namespaces need privilege")
        with network.namespaces(), network.link(), network.deployment(
                flags=["--derp-force-websockets", "--block-direct-connections", "--log-debug"]) as berth:
            stock = [("ours", "stock"), ("stock", "ours")] if PEER else []
            for cli, agent in [("ours", "ours")] + stock:
                with self.subTest(cli=cli, agent=agent):
                    pair = network.Pair(berth, f"{cli}-{agent}", PEER if cli == "stock" else berthtest.BERTH,
                                        PEER if agent == "stock" else berthtest.BERTH_AGENT)
                    try:
                        self.assertIn("via DERP", pair.run("ping", "-n", "2", pair.name))
                        self.assertEqual(pair.run("ssh", pair.name, "--", "echo through").strip(), "through")
                        self.assertIn("Mbits/sec", pair.run("speedtest", "-t", "5s", pair.name))
                    finally:
                        pair.stop()
            log = berth.server.log_file.read_text(errors="replace")
            self.assertIn("relay: a peer comes by WebSocket", log)
            self.assertNotIn("relay: a peer comes by upgrade", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
