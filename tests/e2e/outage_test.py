"""The server goes away for 10 s and comes back: agents reconnect by themselves, sessions go on or say why they end."""
import subprocess
import time
import unittest

import berthtest

OUTAGE = 10
ECHO = "echo ready; while read -r line; do echo \"got $line\"; done"


class Outage(berthtest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()
        cls.berth.create("far")
        cls.berth.wait_until_connected("far")

    def start_session(self):
        session = self.berth.start_process("ssh", "far", "--", ECHO, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
        self.addCleanup(self.end, session)
        self.assertEqual(session.stdout.readline(), "ready\n")
        return session

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def started_at(self):
        names = berthtest.docker("ps", "--format", "{{.Names}}").split()
        name = next(name for name in names if name.endswith("-far"))
        return berthtest.docker("inspect", "-f", "{{.State.StartedAt}}", name)

    def check_comes_back(self, take_away):
        session = self.start_session()
        started_at = self.started_at()
        take_away()
        session.stdin.write("meanwhile\n")
        session.stdin.flush()
        time.sleep(OUTAGE)
        self.berth.server.start()
        back = time.monotonic()

        self.berth.wait_until_connected("far", seconds=30)
        print(f"the agent was back after {time.monotonic() - back:.1f} s", flush=True)
        self.assertEqual(self.berth.ssh("far", "echo again", seconds=30).stdout, "again\n")
        self.assertEqual(self.started_at(), started_at, "the container was not restarted")

        try:
            output, errors = session.communicate("after\n", timeout=60)
        except subprocess.TimeoutExpired:
            self.fail("the session neither goes on nor ends")
        if session.returncode == 0:
            self.assertEqual(output, "got meanwhile\ngot after\n")
            print("the session went on", flush=True)
        else:
            self.assertIn("connection", errors.lower())
            print(f"the session ended with: {errors.strip()}", flush=True)

    def test_of_a_server_that_is_killed(self):
        self.check_comes_back(self.berth.server.kill)

    def test_of_a_server_that_stops(self):
        self.check_comes_back(lambda: self.assertEqual(self.berth.server.stop()[0], 0))


if __name__ == "__main__":
    unittest.main()
