"""Shutting the server down with everything connected, and what survives its absence."""
import subprocess
import threading
import time
import unittest
import urllib.request

import berthtest
from berthtest import wire


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
        self.addCleanup(self.end, session)
        self.assertEqual(session.stdout.readline(), "ready\n")
        return session

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def connect_silent_peers(self, workspace):
        """Peers that hold on to their connection and answer nothing, not even a close."""
        port, token = self.berth.server.port, self.berth.token()
        for path in (f"/api/v2/workspaces/{workspace}/watch-ws", "/api/v2/tailnet?version=2.0",
                     "/api/v2/notifications/inbox/watch"):
            self.enterContext(wire.WebSocket(port, path, token))
        relay = self.enterContext(wire.RawSocket(port))
        relay.request("GET /derp HTTP/1.1\nHost: x\nUpgrade: DERP\nConnection: Upgrade\n")
        idle, uploading = self.enterContext(wire.RawSocket(port)), self.enterContext(wire.RawSocket(port))
        idle.request("GET /healthz HTTP/1.1\nHost: x\n")
        uploading.send(f"POST /api/v2/files HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {token}\r\n"
                       "Content-Type: application/x-tar\r\nContent-Length: 1000\r\n\r\nhalf".encode())

    def test_1_ends_at_once_with_everything_connected(self):
        workspace = self.berth.workspace("anchor")
        self.start_session("echo ready; cat")
        logs = self.berth.start_process("logs", "anchor", "--follow", stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, logs)
        first, watch = self.follow(f"/api/v2/workspaces/{workspace['id']}/watch")
        self.assertTrue(first)
        self.connect_silent_peers(workspace["id"])
        self.assertTrue(watch.is_alive())
        self.assertIsNone(logs.poll(), "the log stream must be open")
        code, seconds = self.berth.server.stop()
        self.assertEqual(code, 0, self.berth.server.log())
        self.assertLess(seconds, 1.0, "something held the server's connections open")
        self.assertIn("anchor", berthtest.docker("ps", "--format", "{{.Names}}"), "the workspace must go on")
        leftover = subprocess.run(["pgrep", "-f", str(self.berth.server.directory)], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(leftover.stdout, "", "a child process outlived the server")
        watch.join(5)
        self.assertFalse(watch.is_alive(), "the watch was not ended")

    def test_2_agent_comes_back_by_itself(self):
        self.berth.server.start()
        self.berth.wait_until_connected("anchor", 40)
        self.assertEqual(self.berth.ssh("anchor", "echo back").stdout, "back\n")

    def test_3_session_survives_an_outage_of_ten_seconds(self):
        session = self.start_session("echo ready; while read line; do echo got $line; done")
        self.berth.server.kill()
        session.stdin.write("meanwhile\n")
        session.stdin.flush()
        time.sleep(10)  # the outage itself
        self.berth.server.start()
        try:
            output, errors = session.communicate("after\n", timeout=60)
        except subprocess.TimeoutExpired:
            self.fail("the session neither goes on nor ends")
        if session.returncode == 0:
            self.assertEqual(output, "got meanwhile\ngot after\n")
        else:
            self.assertRegex(errors, "(?i)connection|lost|server", "it must say why it ended")


if __name__ == "__main__":
    unittest.main(verbosity=2)
