"""kill -9 of the server in the middle of an apply: nothing is lost, everything can be deleted."""
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


class Recovery(berthtest.TestCase):
    def test_killed_apply_is_failed_with_a_reason_and_can_be_deleted(self):
        with berthtest.Deployment() as berth:
            template = berthtest.write_template(berth.root / "slow", SLOW_TEMPLATE)
            berth.run("templates", "push", "slow", "-d", str(template), "-y")
            berth.workspaces.append("ws")
            creating = berth.start_process("create", "ws", "--template", "slow", "-y")
            self.addCleanup(creating.kill)
            has_volume = lambda: "berth-recovery-" in berthtest.docker("volume", "ls", "-q")
            has_container = lambda: "berth-recovery-" in berthtest.docker("ps", "-a", "--format", "{{.Names}}")
            berthtest.wait_for(lambda: has_volume() and has_container(), 60, "the apply creates its first resources")
            berth.server.kill()
            creating.kill()

            berth.server.start()
            build = berth.workspace("ws")["latest_build"]
            berthtest.wait_for(lambda: berth.workspace("ws")["latest_build"]["job"]["status"] == "failed", 20,
                               f"the interrupted job is failed: {build['job']}")
            self.assertTrue(berth.workspace("ws")["latest_build"]["job"]["error"], "a failed job says why")

            berth.run("delete", "ws", "-y")
            self.assertFalse(has_container(), "container left behind")
            self.assertFalse(has_volume(), "volume left behind")


if __name__ == "__main__":
    unittest.main(verbosity=2)
