"""The main job on real parts: create, connect, stop, start, delete a Docker workspace."""
import concurrent.futures
import hashlib
import json
import os
import shlex
import signal
import socket
import subprocess
import time
import unittest

import berthtest


class MainJob(berthtest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()
        cls.created = cls.berth.create("quickstart")
        cls.berth.wait_until_connected("quickstart")
        cls.identity = cls.berth.workspace("quickstart")["id"]

    def container(self):
        return berthtest.docker("ps", "--format", "{{.Names}}", "--filter",
                                f"label=coder.workspace_id={self.identity}")

    def open_ssh(self, *arguments, seconds=60, **options):
        config = self.berth.ssh_config()
        return subprocess.run(["ssh", *config, *arguments], env=self.berth.environment, capture_output=True, text=True,
                              timeout=seconds, check=False, **options)

    def test_1_create_ends_running_and_says_how_it_went(self):
        self.assertEqual(self.berth.workspace("quickstart")["latest_build"]["status"], "running")
        self.assertIn("quickstart", self.container())
        self.assertIn("docker_container", self.created.stdout + self.created.stderr)

    def test_1_create_shows_what_it_would_make_and_asks(self):
        command = shlex.join([str(self.berth.cli_program), "create", "asked", "--template", "docker",
                              "--use-parameter-defaults"])
        done = subprocess.run(["script", "-qec", command, "/dev/null"], env=self.berth.environment, input="no\n",
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("docker_container.workspace", done.stdout)
        self.assertIn("Create the workspace? (yes/no)", done.stdout)
        self.assertIsNone(self.berth.workspace("asked"))

    def test_2_ssh_runs_commands_in_the_image(self):
        text = self.berth.ssh("quickstart", "cat /etc/os-release").stdout
        self.assertIn("Debian", text)
        done = self.berth.ssh("quickstart", "echo out; echo err >&2; exit 7", check=False)
        self.assertEqual((done.returncode, done.stdout), (7, "out\n"))
        self.assertIn("err", done.stderr)

    def test_2_agent_binary_answers_helper_commands(self):
        text = self.berth.ssh("quickstart", "coder stat mem && coder stat cpu && coder stat disk").stdout
        self.assertEqual(len(text.splitlines()), 3, text)

    def test_2_first_process_buries_orphans(self):
        self.berth.ssh("quickstart", "(sleep 0.1 &)")  # the subshell ends before its child
        left = "cat /proc/[0-9]*/stat 2>/dev/null | awk '$3 == \"Z\" || $2 == \"(sleep)\"'"
        berthtest.wait_for(lambda: self.berth.ssh("quickstart", left).stdout == "", 10, "nothing is left of it")
        self.assertNotIn("--no-reap", self.berth.ssh("quickstart", "cat /proc/1/cmdline").stdout)
        self.assertIn("--no-reap", self.berth.ssh("quickstart", "cat /proc/[0-9]*/cmdline").stdout)

    def test_3_openssh_connects_through_config_ssh(self):
        host = (self.berth.ssh_config(), self.berth.ssh_host("quickstart"))[1]
        self.assertEqual(self.open_ssh(host, "echo $HOME; exit 3").returncode, 3)
        with_terminal = self.open_ssh("-tt", host, "stty size; exit 5", stdin=subprocess.DEVNULL)
        self.assertEqual(with_terminal.returncode, 5, with_terminal.stderr)

    def test_3_terminal_follows_the_window(self):
        """A real pseudo-terminal on our side: its size arrives, and so does a change of it."""
        import fcntl
        import pty
        import struct
        import termios
        leader, follower = pty.openpty()
        resize = lambda rows, columns: fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        resize(33, 111)
        process = subprocess.Popen([self.berth.cli_program, "ssh", "quickstart"], env=self.berth.environment,
                                   stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(follower)
        os.set_blocking(leader, False)
        seen = b""

        def shows(text):
            nonlocal seen
            try:
                seen += os.read(leader, 65536)
            except (BlockingIOError, OSError):
                pass
            return text in seen

        try:
            os.write(leader, b"stty size\n")
            berthtest.wait_for(lambda: shows(b"33 111"), 20, "size of the terminal arrives")
            resize(44, 122)
            berthtest.wait_for(lambda: (os.write(leader, b"stty size\n"), time.sleep(0.2), shows(b"44 122"))[2], 10,
                               "change of the size arrives")
            os.write(leader, b"exit 9\n")
            self.assertEqual(process.wait(timeout=20), 9)
        finally:
            process.kill()
            os.close(leader)

    def test_4_200_megabytes_go_both_ways(self):
        config = self.berth.ssh_config()
        host = self.berth.ssh_host("quickstart")
        blob = self.berth.root / "blob"
        with open(blob, "wb") as out:
            for _ in range(200):
                out.write(os.urandom(1_000_000))
        back = self.berth.root / "back"
        for source, target in ((blob, f"{host}:blob"), (f"{host}:blob", back)):
            done = subprocess.run(["scp", *config, "-q", source, target], env=self.berth.environment,
                                  capture_output=True, text=True, timeout=180, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        digest = lambda path: hashlib.sha256(path.read_bytes()).hexdigest()
        self.assertEqual(digest(blob), digest(back))

    def test_4_local_port_forwarding(self):
        config = self.berth.ssh_config()
        host = self.berth.ssh_host("quickstart")
        port = berthtest.free_port()
        inside = "perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(Listen=>1,LocalAddr=>\"127.0.0.1:8765\",ReuseAddr=>1);" \
                 "$c=$s->accept;print $c \"hello through \".<$c>;'"
        forward = subprocess.Popen(["ssh", *config, "-L", f"{port}:127.0.0.1:8765", host, inside],
                                   env=self.berth.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(forward.kill)
        self.assertEqual(berthtest.wait_for(lambda: self.ask(port), 30, "forwarded port answers"),
                         "hello through the tunnel\n")

    def listen_inside(self, port):
        """A program of the workspace that answers each connection to `port`; the function that ends it."""
        script = f"$s=IO::Socket::INET->new(Listen=>5,LocalAddr=>'127.0.0.1:{port}',ReuseAddr=>1) or die;" \
                 "while($c=$s->accept){print $c 'hello through '.<$c>;close $c}"
        command = f'exec perl -MIO::Socket::INET -e "{script}"'.replace("$", "\\$")
        inside = self.berth.start_process("ssh", "--tty", "quickstart", "--", command, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL)
        self.addCleanup(inside.kill)

        def end():
            inside.terminate()
            inside.wait(timeout=20)
        return end

    @staticmethod
    def ask(port):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(b"the tunnel\n")
                return client.makefile().readline()
        except OSError:
            return ""

    def test_4_port_forward_command(self):
        self.listen_inside(8766)
        port = berthtest.free_port()
        forward = self.berth.start_process("port-forward", "quickstart", "--tcp", f"{port}:8766",
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(forward.kill)
        berthtest.wait_for(lambda: self.ask(port) == "hello through the tunnel\n", 30, "forwarded port answers")
        taken = self.berth.run("port-forward", "quickstart", "--tcp", f"{port}:8766", check=False)
        self.assertEqual(taken.returncode, 1)
        self.assertIn(f"TCP port 127.0.0.1:{port} is taken by another program; choose another local port", taken.stderr)
        forward.send_signal(signal.SIGINT)
        self.assertEqual(forward.wait(timeout=10), 0)
        self.assertIn(f"Forwarding 'tcp://127.0.0.1:{port}' locally to 'tcp://127.0.0.1:8766' in the workspace",
                      forward.stderr.read())

    def test_4_port_forward_follows_listening_ports(self):
        """What appears is forwarded, what is gone no more; the server asks the agent over its own tunnel."""
        port = berthtest.free_port()
        forward = self.berth.start_process("port-forward", "quickstart", "--auto", stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE)
        self.addCleanup(forward.kill)
        end = self.listen_inside(port)
        berthtest.wait_for(lambda: self.ask(port) == "hello through the tunnel\n", 30, "port that appears is forwarded")
        agent = self.berth.workspace("quickstart")["latest_build"]["resources"][0]["agents"][0]["id"]
        status, listing = self.berth.api("GET", f"/api/v2/workspaceagents/{agent}/listening-ports")
        self.assertEqual(status, 200, listing)
        self.assertIn({"process_name": "perl", "network": "tcp", "port": port}, listing["ports"])
        end()
        berthtest.wait_for(lambda: self.is_refused(port), 30, "port that is gone is forwarded no more")
        forward.send_signal(signal.SIGTERM)
        self.assertEqual(forward.wait(timeout=10), 0)
        said = forward.stderr.read()
        self.assertIn(f"Forwarding 127.0.0.1:{port} to port {port} (perl) of the workspace", said)
        self.assertIn(f"No longer forwarding 127.0.0.1:{port}: port {port} (perl) was closed", said)

    @staticmethod
    def is_refused(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_4_ssh_leads_back_here(self):
        """A port of the workspace that leads to this machine, and the file about the connection for editors."""
        with socket.create_server(("127.0.0.1", 0)) as near:
            port = near.getsockname()[1]
            inside = "perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(\"127.0.0.1:8767\") or die;print <$s>'"
            info = self.berth.root / "info"
            session = self.berth.start_process("ssh", "-R", f"8767:127.0.0.1:{port}", "--network-info-dir", info,
                                               "quickstart", "--", inside, stdout=subprocess.PIPE)
            self.addCleanup(session.kill)
            near.settimeout(30)
            peer, _ = near.accept()
            with peer:
                file = info / f"{os.getpid()}.json"
                berthtest.wait_for(file.exists, 10, "network info is written")
                self.assertEqual(set(json.loads(file.read_text())),
                                 {"p2p", "latency", "preferred_derp", "derp_latency", "upload_bytes_sec",
                                  "download_bytes_sec", "using_coder_connect"})
                peer.sendall(b"hello back\n")
            self.assertEqual(session.communicate(timeout=20)[0], "hello back\n")
            self.assertFalse(file.exists(), "the file should go with its session")

    def test_4_a_signal_ends_a_session_without_complaint(self):
        process = self.berth.start_process("ssh", "quickstart", "--", "echo up; exec sleep 60", stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), "up\n")
        process.terminate()
        _, errors = process.communicate(timeout=10)
        self.assertEqual((process.returncode, errors), (128 + 15, ""))

    def test_5_twenty_sessions_at_once(self):
        def session(number):
            began = time.monotonic()
            done = self.berth.ssh("quickstart", f"sleep 1; echo {number}", seconds=60)
            return done.stdout.strip(), time.monotonic() - began

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            results = list(pool.map(session, range(20)))
        self.assertEqual([text for text, _ in results], [str(n) for n in range(20)])
        self.assertLess(max(seconds for _, seconds in results), 20)

    def test_6_ping_and_speedtest(self):
        self.assertIn("pong from quickstart", self.berth.run("ping", "-n", "2", "quickstart").stdout)
        self.assertIn("Mbits/sec", self.berth.run("speedtest", "-t", "5s", "quickstart").stdout)

    def test_7_stop_keeps_the_home_directory(self):
        self.berth.ssh("quickstart", "echo kept > ~/kept-file")
        self.berth.run("stop", "quickstart", "-y")
        self.assertEqual(self.container(), "")
        self.assertEqual(self.berth.workspace("quickstart")["latest_build"]["status"], "stopped")
        self.berth.run("start", "quickstart", "-y")
        self.assertEqual(self.berth.ssh("quickstart", "cat ~/kept-file").stdout, "kept\n")

    def test_8_delete_removes_container_and_volume(self):
        workspace = self.berth.workspace("quickstart")
        self.assertIn(workspace["id"], berthtest.docker("volume", "ls", "-q"))
        self.berth.run("delete", "quickstart", "-y")
        self.assertEqual(self.container(), "")
        self.assertNotIn(workspace["id"], berthtest.docker("volume", "ls", "-q"))
        self.assertIsNone(self.berth.workspace("quickstart"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
