"""Shutting the server down with everything connected, and what survives its absence."""
import subprocess
import threading
import time
import unittest
import urllib.request

import berthtest


class Shutdown(berthtest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()
        cls.berth.create("anchor")
        cls.berth.wait_until_connected("anchor")

    def follow(self, path):
        """Opens a server-sent event stream and keeps reading it until the server ends it."""
        request = urllib.request.Request(self.berth.server.url + path,
                                         headers={"Coder-Session-Token": self.berth.token()})
        answer = urllib.request.urlopen(request, timeout=60)
        first = answer.readline()
        thread = threading.Thread(target=lambda: [None for _ in iter(answer.readline, b"")], daemon=True)
        thread.start()
        return first, thread

    def start_session(self, command):
        session = self.berth.start_process("ssh", "anchor", "--", command, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(session.kill)
        self.assertEqual(session.stdout.readline(), "ready\n")
        return session

    def test_1_ends_at_once_with_everything_connected(self):
        workspace = self.berth.workspace("anchor")
        self.start_session("echo ready; cat")
        logs = self.berth.start_process("logs", "anchor", "--follow", stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.addCleanup(logs.kill)
        first, _ = self.follow(f"/api/v2/workspaces/{workspace['id']}/watch")
        self.assertTrue(first)
        code, seconds = self.berth.server.stop()
        self.assertEqual(code, 0, self.berth.server.log())
        self.assertLess(seconds, 1.0, "something held the server's connections open")
        self.assertIn("anchor", berthtest.docker("ps", "--format", "{{.Names}}"), "the workspace must go on")
        leftover = subprocess.run(["pgrep", "-f", str(self.berth.server.directory)], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(leftover.stdout, "", "a child process outlived the server")

    def test_2_agent_comes_back_by_itself(self):
        self.berth.server.start()
        self.berth.wait_until_connected("anchor", 40)
        self.assertEqual(self.berth.ssh("anchor", "echo back").stdout, "back\n")

    def test_3_session_survives_an_outage_of_ten_seconds(self):
        session = self.start_session("echo ready; while read line; do echo got $line; done")
        self.berth.server.kill()
        time.sleep(10)  # the outage itself
        self.berth.server.start()
        session.stdin.write("after\n")
        session.stdin.flush()
        line = []
        reader = threading.Thread(target=lambda: line.append(session.stdout.readline()), daemon=True)
        reader.start()
        reader.join(40)
        if line and line[0]:
            self.assertEqual(line[0], "got after\n")
        else:
            self.assertIsNotNone(session.wait(10))
            self.assertRegex(session.stderr.read(), "(?i)connection|lost|server", "it must say why it ended")


if __name__ == "__main__":
    unittest.main(verbosity=2)
