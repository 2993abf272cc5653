"""kill -9 of the server in the middle of an apply, and gentler ends: nothing is lost, everything can be deleted."""
import json
import subprocess
import unittest

import berthtest

SLOW_TEMPLATE = """
terraform {
  required_providers {
    coder  = { source = "coder/coder" }
    docker = { source = "kreuzwerker/docker" }
  }
}
data "coder_workspace" "me" {}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
resource "docker_volume" "first" {
  name = "berth-recovery-${data.coder_workspace.me.id}"
}
# Never becomes healthy: the apply waits here until the server is killed.
resource "docker_container" "slow" {
  name         = "berth-recovery-${data.coder_workspace.me.id}"
  image        = "%s"
  entrypoint   = ["sleep", "3600"]
  wait         = true
  wait_timeout = 600
  healthcheck {
    test     = ["CMD", "false"]
    interval = "1s"
    retries  = 1000
  }
  volumes {
    container_path = "/data"
    volume_name    = docker_volume.first.name
  }
}
""" % berthtest.IMAGE


def has_volume():
    return "berth-recovery-" in berthtest.docker("volume", "ls", "-q")


def has_container():
    return "berth-recovery-" in berthtest.docker("ps", "-a", "--format", "{{.Names}}")


class Recovery(berthtest.TestCase):
    """An apply that is interrupted half way, each time another way."""

    def setUp(self):
        super().setUp()
        self.berth = self.enterContext(berthtest.Deployment())
        template = berthtest.write_template(self.berth.root / "slow", SLOW_TEMPLATE)
        self.berth.run("templates", "push", "slow", "-d", str(template), "-y")
        self.berth.workspaces.append("ws")
        self.creating = self.berth.start_process("create", "ws", "--template", "slow", "-y", stdout=subprocess.PIPE,
                                                 stderr=subprocess.STDOUT)
        self.addCleanup(self.creating.communicate)
        self.addCleanup(self.creating.kill)
        berthtest.wait_for(lambda: has_volume() and has_container(), 60, "the apply creates its first resources")

    def build(self):
        return self.berth.workspace("ws")["latest_build"]

    def expect_ended_and_deletable(self, status, seconds=20):
        berthtest.wait_for(lambda: self.build()["job"]["status"] == status, seconds, f"the job is {status}")
        job = self.build()["job"]
        self.assertTrue(job["error"], "an interrupted job says why")
        state = json.dumps(self.berth.api("GET", f"/api/v2/workspacebuilds/{self.build()['id']}/state")[1])
        self.assertIn("docker_volume", state, "the state holds what was created")
        self.assertIn("docker_container", state, "the state holds what was created")
        self.berth.run("delete", "ws", "-y")
        self.assertFalse(has_container(), "container left behind")
        self.assertFalse(has_volume(), "volume left behind")
        return job

    def test_kill_of_the_server(self):
        self.berth.server.kill()
        self.berth.server.start()
        output, _ = self.creating.communicate(timeout=30)
        self.assertIn("trying again", output, "create waits for the server")
        self.assertIn("server ended", output, "and says how the build ended")
        self.assertIn("server ended", self.expect_ended_and_deletable("failed")["error"])

    def test_stop_of_the_server(self):
        code, seconds = self.berth.server.stop()
        self.assertEqual(code, 0, self.berth.server.log())
        self.assertLess(seconds, 1.0, "a running job held the server")
        self.berth.server.start()
        self.expect_ended_and_deletable("failed")

    def test_cancel(self):
        status, _ = self.berth.api("PATCH", f"/api/v2/workspacebuilds/{self.build()['id']}/cancel")
        self.assertEqual(status, 200)
        self.assertNotEqual(self.creating.wait(30), 0, "create reports the failure")
        self.expect_ended_and_deletable("failed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
