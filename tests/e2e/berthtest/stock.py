"""A stock Coder: the program that BERTH_PEER names, and its server with a database of its own."""
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import berthtest

PEER = os.environ.get("BERTH_PEER", "")


class Postgres:
    """A throwaway PostgreSQL cluster on a free port, run as the system's `postgres` user."""

    def __init__(self, directory, prefix):
        self.directory = pathlib.Path(directory)
        self.prefix = prefix
        self.port = berthtest.free_port()

    def start(self):
        binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not binaries:
            raise unittest.SkipTest("a stock server needs PostgreSQL: apt-get install postgresql")
        self.binaries = binaries[-1]
        self.directory.mkdir(parents=True)
        os.chmod(self.directory.parent, 0o755)
        shutil.chown(self.directory, "postgres")
        self.call("initdb", "-D", str(self.directory / "data"), "-A", "trust", "-U", "postgres", "--no-sync")
        self.call("pg_ctl", "-D", str(self.directory / "data"), "-w", "-l", str(self.directory / "log"), "-o",
                  f"-p {self.port} -h 127.0.0.1 -k {self.directory} -c fsync=off", "start")
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres?sslmode=disable"

    def call(self, program, *arguments):
        subprocess.run([*self.prefix, "runuser", "-u", "postgres", "--", self.binaries / program, *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def stop(self):
        self.call("pg_ctl", "-D", str(self.directory / "data"), "-m", "immediate", "stop")


class StockServer(berthtest.Server):
    """A stock `coder server`."""

    def start(self, seconds=60):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.directory.parent / "pg", self.prefix)
        database = self.postgres.start()
        path = self.directory / "path"
        path.mkdir()
        shutil.copy(berthtest.find_tofu(), path / "terraform")
        rc = self.directory / "tofurc"
        mirror = berthtest.CACHE_DIR / "providers"
        rc.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        self.command = [*self.prefix, PEER, "server", *self.flags]
        self.command_environment = {
            **os.environ, "HOME": str(self.directory), "PATH": f"{path}:{os.environ['PATH']}",
            "TF_CLI_CONFIG_FILE": str(rc), "CODER_PG_CONNECTION_URL": database,
            "CODER_HTTP_ADDRESS": f"0.0.0.0:{self.port}", "CODER_ACCESS_URL": self.url,
            "CODER_CONFIG_DIR": str(self.directory), "CODER_CACHE_DIRECTORY": str(self.directory / "cache"),
            "CODER_TELEMETRY_ENABLE": "false", "CODER_UPDATE_CHECK": "false",
            "CODER_DERP_SERVER_STUN_ADDRESSES": "disable"}
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True, env=self.command_environment)
        berthtest.wait_for(lambda: self.answers() or self.has_ended(), seconds, f"stock server: {self.log()}")
        return self

    def ensure_stopped(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
        self.postgres.stop()
