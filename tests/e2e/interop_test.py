"""Interoperation with stock Coder: eight cells, server x command line x agent, each ours or stock.

BERTH_PEER names a stock `coder` program with its server; without it only our own cell runs. A stock server needs a
PostgreSQL that this test starts for itself from the machine's packages.
"""
import itertools
import os
import subprocess
import unittest

import berthtest
from berthtest.stock import PEER, StockServer

TEMPLATE = """
terraform {
  required_providers {
    coder  = { source = "coder/coder" }
    docker = { source = "kreuzwerker/docker" }
  }
}
data "coder_workspace" "me" {}
data "coder_parameter" "greeting" {
  name    = "greeting"
  type    = "string"
  default = "hello"
  mutable = true
}
resource "coder_agent" "main" {
  os             = "linux"
  arch           = "amd64"
  env            = { GREETING = data.coder_parameter.greeting.value }
  startup_script = "echo started > /tmp/started"
}
resource "docker_volume" "home" {
  name = "berth-interop-${data.coder_workspace.me.id}"
}
resource "docker_container" "ws" {
  count      = data.coder_workspace.me.start_count
  image      = "@IMAGE@"
  name       = "berth-interop-${data.coder_workspace.me.id}"
  entrypoint = ["/interop/agent", "agent"]
  env = [
    "CODER_AGENT_TOKEN=${coder_agent.main.token}",
    "CODER_AGENT_URL=http://host.docker.internal:@PORT@",
  ]
  host {
    host = "host.docker.internal"
    ip   = "host-gateway"
  }
  volumes {
    container_path = "/home/coder"
    volume_name    = docker_volume.home.name
  }
  volumes {
    container_path = "/interop/agent"
    host_path      = "@AGENT@"
    read_only      = true
  }
}
"""


class Cell(berthtest.TestCase):
    """One cell: everything that a user does in a first quarter of an hour."""

    def run_cell(self, server, cli, agent):
        berth = berthtest.Deployment(cli=PEER if cli == "stock" else berthtest.BERTH)
        if server == "stock":
            berth.server = StockServer(berth.root / "server")
        agent_program = PEER if agent == "stock" else berthtest.BERTH_AGENT
        with berth:
            template = (TEMPLATE.replace("@IMAGE@", berthtest.IMAGE).replace("@PORT@", str(berth.server.port))
                        .replace("@AGENT@", str(agent_program)))
            folder = berthtest.write_template(berth.root / "template", template)
            with self.subTest("sign in, push, create"):
                self.assertIn("me", berth.run("whoami").stdout)
                berth.run("templates", "push", "box", "-d", str(folder), "-y")
                berth.create("box", "--parameter", "greeting=moin", template="box")
                berth.wait_until_connected("box")
            with self.subTest("list -o json"):
                self.assertEqual(berth.workspace("box")["latest_build"]["status"], "running")
            with self.subTest("ssh exec, environment, exit code"):
                done = berth.ssh("box", "echo $GREETING; cat /tmp/started; exit 7", check=False)
                self.assertEqual((done.stdout, done.returncode), ("moin\nstarted\n", 7), done.stderr)
            with self.subTest("OpenSSH: scp both ways, terminal, exit code"):
                self.check_openssh(berth)
            with self.subTest("ping and speedtest"):
                self.assertRegex(berth.run("ping", "-n", "2", "box").stdout, "pong from .*box")
                self.assertRegex(berth.run("speedtest", "-t", "5s", "box").stdout, r"\d+(\.\d+)? Mbits/sec")
            with self.subTest("stop, start, home kept"):
                berth.run("stop", "box", "-y")
                self.assertNotIn("berth-interop", berthtest.docker("ps", "--format", "{{.Names}}"))
                berth.run("start", "box", "-y")
                self.assertRegex(berth.ssh("box", "md5sum < ~/blob").stdout, "^[0-9a-f]{32}")
            with self.subTest("delete, log out"):
                identity = berth.workspace("box")["id"]
                berth.run("delete", "box", "-y")
                self.assertNotIn(identity, berthtest.docker("volume", "ls", "-q"))
                berth.run("logout", "-y")
                self.assertNotEqual(berth.run("whoami", check=False).returncode, 0)

    def check_openssh(self, berth):
        config = berth.ssh_config()
        host = berth.ssh_host("box")
        blob, back = berth.root / "blob", berth.root / "back"
        blob.write_bytes(os.urandom(20_000_000))
        for source, target in ((blob, f"{host}:blob"), (f"{host}:blob", back)):
            done = subprocess.run(["scp", *config, "-q", source, target], env=berth.environment, capture_output=True,
                                  text=True, timeout=90, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(blob.read_bytes(), back.read_bytes())
        done = subprocess.run(["ssh", *config, "-tt", host, "stty size; exit 3"], env=berth.environment,
                              capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 3, done.stderr)


def add_cells():
    for server, cli, agent in itertools.product(("berth", "stock"), repeat=3):
        def test(self, cell=(server, cli, agent)):
            if "stock" in cell and not PEER:
                self.skipTest("BERTH_PEER is empty: no stock coder program to run against")
            self.run_cell(*cell)
        setattr(Cell, f"test_server_{server}_cli_{cli}_agent_{agent}", test)


add_cells()

if __name__ == "__main__":
    unittest.main(verbosity=2)
