"""The app itself under a virtual display with a session bus of its own: from nothing to a running workspace.

Drives `berth-desktop --quickstart --screenshot`, which is the first page's Start without the click.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from berthtest import BERTH, BIN_DIR, CACHE_DIR, docker, free_port, wait_for

DESKTOP = BIN_DIR / "berth-desktop"
PNG = b"\x89PNG"
WORKSPACE = "quickstart"


class Desktop:
    """Programs with a display, a session bus and a home of their own."""

    def __init__(self, test):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="berth-desktop-"))
        test.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        runtime = self.home / "run"
        runtime.mkdir(mode=0o700)
        self.port = free_port()
        self.log = self.home / "app.log"
        self.environment = {**os.environ, "HOME": str(self.home), "XDG_RUNTIME_DIR": str(runtime),
                            "XDG_CACHE_HOME": str(CACHE_DIR.parent), "BERTH_PORT": str(self.port),
                            "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "WAYLAND_DISPLAY", "BERTH_URL", "CODER_URL"):
            self.environment.pop(name, None)
        read, write = os.pipe()
        display = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
                                   pass_fds=[write], stderr=subprocess.DEVNULL)
        test.addCleanup(self.end, display)
        os.close(write)
        with os.fdopen(read) as announced:
            self.environment["DISPLAY"] = f":{announced.readline().strip()}"

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)

    def start(self, test, *arguments):
        with open(self.log, "ab") as log:
            process = subprocess.Popen(["dbus-run-session", "--", DESKTOP, *arguments], env=self.environment,
                                       stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        test.addCleanup(self.end, process)
        return process

    @property
    def tunnel_socket(self):
        return self.home / "run/berth/tunnel.sock"

    def cli(self, *arguments):
        """The command line's output, signed in by the app's own password file."""
        return self.run_cli(*arguments).stdout

    def cli_command(self, *arguments):
        config = self.home / "cli"
        password = (self.home / ".local/share/berth/server/first-user-password").read_text().strip()
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        if not config.exists():
            subprocess.run([BERTH, "--global-config", config, "login", f"http://127.0.0.1:{self.port}",
                            "--first-user-email", f"{user}@localhost.localdomain", "--first-user-password", password],
                           env=self.environment, check=True, capture_output=True, timeout=60)
        return [BERTH, "--global-config", config, *arguments]

    def run_cli(self, *arguments, check=True):
        return subprocess.run(self.cli_command(*arguments), env=self.environment, check=check, capture_output=True,
                              text=True, timeout=120)


def containers():
    return set(docker("ps", "--filter", f"label=coder.workspace_name={WORKSPACE}", "--format", "{{.Names}}").split())


@unittest.skipUnless(DESKTOP.exists(), "built without the desktop app")
@unittest.skipUnless(shutil.which("Xvfb") and shutil.which("dbus-run-session"), "no virtual display here")
class DesktopTest(unittest.TestCase):
    def remove(self, desktop):
        wait_for(lambda: not self.server_processes(desktop), 20, "the bundled server has ended")
        server = subprocess.Popen(
            [BERTH, "--global-config", desktop.home / ".local/share/berth/server", "server", "--http-address",
             f"127.0.0.1:{desktop.port}", "--access-url", f"http://127.0.0.1:{desktop.port}"],
            env=desktop.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: subprocess.run(["curl", "-fs", f"http://127.0.0.1:{desktop.port}/healthz"],
                                            capture_output=True, check=False).returncode == 0, 20, "server answers")
            desktop.cli("delete", WORKSPACE, "-y")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)

    def server_processes(self, desktop):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if f"127.0.0.1:{desktop.port}".encode() in entry.read_bytes():
                    found.append(entry.parent.name)
            except OSError:
                pass
        return found

    def test_from_nothing_to_a_running_workspace_and_back(self):
        desktop = Desktop(self)
        of_others = containers()
        picture = desktop.home / "window.png"
        app = desktop.start(self, "--quickstart", "--screenshot", picture)
        app.wait(timeout=180)
        self.assertEqual(app.returncode, 0, desktop.log.read_text())
        self.addCleanup(self.remove, desktop)
        self.assertEqual(picture.read_bytes()[:4], PNG)
        self.assertEqual(self.server_processes(desktop), [], "quitting ends the bundled server")
        self.assertEqual(len(containers() - of_others), 1, "the workspace goes on")
        password = desktop.home / ".local/share/berth/server/first-user-password"
        self.assertEqual(password.stat().st_mode & 0o077, 0)

        # Later starts find it all again; the end of the session stops the server too.
        again = desktop.home / "again.png"
        app = desktop.start(self, "--screenshot", again)
        app.wait(timeout=60)
        self.assertEqual(again.read_bytes()[:4], PNG)
        app = desktop.start(self)
        wait_for(lambda: self.server_processes(desktop), 20, "the server runs again")
        second = desktop.start(self)
        self.assertEqual(second.wait(timeout=20), 0, "a second start only raises the first")
        self.sees_the_command_line_use_the_apps_tunnel(desktop)
        self.sees_a_killed_app_named(desktop)
        app.wait(timeout=20)
        wait_for(lambda: not self.server_processes(desktop), 20, "the bundled server ends with a killed app too")
        app = desktop.start(self)
        self.sees_the_command_line_use_the_apps_tunnel(desktop)
        os.kill(self.pid_of(desktop), signal.SIGTERM)
        app.wait(timeout=20)
        self.assertEqual(self.server_processes(desktop), [])
        self.assertFalse(desktop.tunnel_socket.exists())

    def pid_of(self, desktop):
        return int(next(entry.parent.name for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                        if entry.exists() and entry.read_bytes().split(b"\0")[0] == str(DESKTOP).encode()
                        and str(desktop.home).encode() in (entry.parent / "environ").read_bytes()))

    def sees_the_command_line_use_the_apps_tunnel(self, desktop):
        wait_for(desktop.tunnel_socket.exists, 20, "the app serves its tunnel")
        self.assertEqual(desktop.tunnel_socket.stat().st_mode & 0o777, 0o600)
        by_the_app = "over the tunnel of the Berth app"

        def ping():
            return desktop.run_cli("ping", "-n", "1", WORKSPACE, check=False)

        wait_for(lambda: by_the_app in ping().stderr, 60, "the app is signed in, and its tunnel used")
        done = desktop.run_cli("--verbose", "ssh", WORKSPACE, "--", "echo hello; exit 3", check=False)
        self.assertEqual((done.returncode, done.stdout), (3, "hello\n"), done.stderr)
        self.assertIn("over the app's tunnel", done.stderr)
        alone = desktop.run_cli("--verbose", "ssh", "--force-new-tunnel", WORKSPACE, "--", "true")
        self.assertNotIn("over the app's tunnel", alone.stderr)

    def sees_a_killed_app_named(self, desktop):
        """An open session ends with the app's tunnel, and says why; the socket stays behind."""
        session = subprocess.Popen(desktop.cli_command("ssh", WORKSPACE, "--", "echo ready; sleep 600"),
                                   env=desktop.environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(Desktop.end, session)
        self.assertEqual(session.stdout.readline(), "ready\n")
        os.kill(self.pid_of(desktop), signal.SIGKILL)
        _, error = session.communicate(timeout=20)
        self.assertEqual(session.returncode, 255, error)
        self.assertIn("the Berth app has ended", error)
        self.assertTrue(desktop.tunnel_socket.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
