"""The command line as a newcomer meets it: questions, refusals, and what to do after a failure."""
import os
import shutil
import subprocess
import unittest

import berthtest

ASKING = berthtest.NULL_TEMPLATE + """
data "coder_parameter" "cpus" {
  name    = "cpus"
  type    = "number"
  default = 1
  order   = 1
  validation {
    min = 1
    max = 4
  }
}
data "coder_parameter" "size" {
  name  = "size"
  order = 2
  option {
    name  = "Small one"
    value = "small"
  }
  option {
    name  = "Large one"
    value = "large"
  }
}
data "coder_parameter" "label" {
  name    = "label"
  default = "some"
  order   = 3
  validation {
    regex = "^[a-z]+$"
    error = "small letters only"
  }
}
"""

# Its plan is good, its apply fails.
FAILING = berthtest.NULL_TEMPLATE + """
resource "terraform_data" "broken" {
  count = data.coder_workspace.me.start_count
  provisioner "local-exec" {
    command = "echo no luck today >&2; exit 3"
  }
}
"""

WITHOUT_AGENT = """
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}
data "coder_workspace" "me" {}
resource "terraform_data" "only" {
  count = data.coder_workspace.me.start_count
}
"""


class Terminals(berthtest.TestCase):
    """Questions are asked again until the answer will do."""
    needs_docker = False

    def start(self, deployment, *arguments):
        terminal = deployment.terminal(*arguments)
        self.addCleanup(terminal.close)
        return terminal

    def test_first_user(self):
        berth = self.enterContext(berthtest.Deployment(sign_in=False))
        terminal = self.start(berth, "login", berth.server.url)
        terminal.answer("Username:", "my self")
        terminal.expect("letters, digits")
        terminal.answer("Username:", "me")
        terminal.answer("Email:", "nowhere")
        terminal.expect("name@example.com")
        terminal.answer("Email:", "me@example.com")
        terminal.expect("hard to guess")
        terminal.answer("Password:", "abc")
        terminal.expect("does not take it")
        terminal.answer("Password:", berthtest.PASSWORD)
        terminal.answer("again:", "something else")
        terminal.expect("differ")
        terminal.answer("Password:", berthtest.PASSWORD)
        terminal.answer("again:", berthtest.PASSWORD)
        terminal.expect("Welcome to Berth")
        self.assertEqual(terminal.wait(), 0)

        again = self.start(berth, "login", berth.server.url)
        again.answer("Email:", "me@example.com")
        again.answer("Password:", "wrong")
        again.expect("Incorrect email or password")
        again.answer("Email:", "me@example.com")
        again.answer("Password:", berthtest.PASSWORD)
        again.expect("Welcome")
        self.assertEqual(again.wait(), 0)

    def test_create(self):
        berth = self.enterContext(berthtest.Deployment())
        for name in ("asking", "other"):
            template = berthtest.write_template(berth.root / name, ASKING)
            berth.run("templates", "push", name, "-d", str(template), "-y")
        terminal = self.start(berth, "create")
        terminal.answer("Name of the workspace:", "a b")
        terminal.expect("cannot be the name of a workspace")
        terminal.answer("Name of the workspace:", "asked")
        terminal.answer("Template [", "none")
        terminal.expect("Choose one of:")
        terminal.answer("Template [", "asking")
        terminal.expect("a whole number from 1 to 4")
        for wrong, problem in (("9", "more than the maximum 4"), ("two", "is not a number")):
            terminal.answer("> cpus [1]:", wrong)
            terminal.expect(problem)
        terminal.answer("> cpus [1]:", "2")
        terminal.expect("- small (Small one)")
        terminal.answer("> size:", "")
        terminal.expect("It needs a value.")
        terminal.answer("> size:", "huge")
        terminal.expect("one of: small, large")
        terminal.answer("> size:", "Small one")
        terminal.expect("text that matches ^[a-z]+$")
        terminal.answer("> label [some]:", "ABC")
        terminal.expect("small letters only")
        terminal.answer("> label [some]:", "abc")
        terminal.answer("Create the workspace? (yes/no)", "maybe")
        terminal.expect("Answer yes or no.")
        terminal.answer("Create the workspace? (yes/no)", "no")
        terminal.expect("nothing was done")
        self.assertEqual(terminal.wait(), 1)

        ended = self.start(berth, "create")
        ended.expect("Name of the workspace:")
        ended.end_input()
        ended.expect("the input ended without an answer")
        self.assertEqual(ended.wait(), 1)


class Failures(berthtest.TestCase):
    needs_docker = False

    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()
        for name, text in (("failing", FAILING), ("agentless", WITHOUT_AGENT)):
            template = berthtest.write_template(cls.berth.root / name, text)
            cls.berth.run("templates", "push", name, "-d", str(template), "-y")

    def refused(self, *arguments):
        done = self.berth.run(*arguments, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def test_build_that_failed(self):
        self.berth.workspaces.append("bad")
        self.refused("create", "bad", "--template", "failing", "-y")
        text = self.berth.run("show", "bad").stdout
        self.assertIn("The last build (start) failed: ", text)
        self.assertIn("no luck today", text + self.berth.run("logs", "bad").stdout)
        self.assertIn("`berth start me/bad` tries again", text)
        row = self.berth.run("list", "-c", "status,healthy").stdout.splitlines()
        self.assertIn("Failed", [line.strip() for line in row], "no word on health")
        error = self.refused("ssh", "bad", "--", "true")
        self.assertIn("cannot be connected to", error)
        self.assertIn("The last build (start) failed", error)

    def test_workspace_without_agent(self):
        self.berth.create("lonely", template="agentless")
        self.assertIn("its template agentless makes no coder_agent", self.refused("ssh", "lonely", "--", "true"))
        self.assertNotIn("berth ssh", self.berth.run("show", "lonely").stdout)

    def test_names_are_checked_before_the_import(self):
        error = self.refused("templates", "push", "my template", "-d", str(self.berth.root / "failing"), "-y")
        self.assertIn('"my template" cannot be the name of a template', error)
        error = self.refused("templates", "push", "fine", "--name", "v 1", "-d", str(self.berth.root / "failing"), "-y")
        self.assertIn('"v 1" cannot be the name of a version', error)
        self.assertIn("cannot be the name of a template", self.refused("create", "x", "--template", "a b", "-y"))

    def test_unknown_template(self):
        error = self.refused("create", "x", "--template", "failling", "-y")
        self.assertIn('there is no template "failling"; there are: agentless, failing', error)
        error = self.refused("create", "x", "--template", "failing", "--template-version", "v9", "-y")
        self.assertIn("berth templates versions list failing", error)

    def test_search_without_a_match(self):
        done = self.berth.run("list", "--search", "name:nothing")
        self.assertIn('No workspace matches "name:nothing".', done.stderr)

    def test_numbers_out_of_range(self):
        self.assertIn("-3 is not a number from 0 to", self.refused("ping", "-n", "-3", "x"))
        self.assertIn("1 to 65535", self.refused("server", "--http-address", ":99999"))
        taken = self.refused("--global-config", str(self.berth.root / "second"), "server", "--http-address",
                             f"127.0.0.1:{self.berth.server.port}")
        self.assertEqual(taken.count("another program"), 1, taken)
        self.assertIn("--http-address", taken)

    def test_ssh_section_comes_and_goes(self):
        config = self.berth.home / ".ssh/config"
        config.write_text("Host mine\n  User me\n")
        config.chmod(0o644)
        self.berth.run("config-ssh", "-y")
        self.assertIn("START-CODER", config.read_text())
        self.berth.run("config-ssh", "--remove", "-y")
        self.assertEqual(config.read_text(), "Host mine\n  User me\n")
        self.assertEqual(config.stat().st_mode & 0o777, 0o644)

    def test_ssh_configuration_that_is_none(self):
        self.assertIn("is a directory", self.refused("config-ssh", "-y", "--ssh-config-file", str(self.berth.home)))
        broken = self.berth.home / "broken"
        broken.write_text("# ------------START-CODER-----------\n")
        self.assertIn(f"{broken}: Malformed config", self.refused("config-ssh", "-y", "--ssh-config-file", str(broken)))

        dangling = self.berth.home / "dangling"
        dangling.symlink_to(self.berth.home / "nowhere/config")
        self.assertIn("a link to a file that does not exist",
                      self.refused("config-ssh", "-y", "--ssh-config-file", str(dangling)))
        self.assertIn("no regular file", self.refused("config-ssh", "-y", "--ssh-config-file", "/dev/full"))

    def test_reader_that_has_seen_enough(self):
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as nobody:
            done = subprocess.run([berthtest.BERTH, "list"], env=self.berth.environment, stdout=nobody, stderr=subprocess.PIPE,
                                  text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, ""))

    def test_output_that_is_lost(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([berthtest.BERTH, "list"], env=self.berth.environment, stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "berth: write to standard output: No space left on device\n"))

    def test_manual_page_is_one(self):
        if not shutil.which("man"):
            self.skipTest("there is no man here")
        page = self.berth.run("man").stdout
        done = subprocess.run(["man", "-l", "--warnings=all", "-"], input=page, capture_output=True, text=True,
                              timeout=30, check=False, env={**self.berth.environment, "MANPAGER": "cat"})
        self.assertEqual(done.stderr, "")
        self.assertIn("berth create", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
