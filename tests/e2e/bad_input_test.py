"""Bad input: each gets a clear error, and nothing else is disturbed."""
import io
import os
import socket
import tarfile
import unittest
import urllib.request

import berthtest


def tar_of(members):
    """A tar archive of (name, bytes, type) members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = data.decode()
                archive.addfile(info)
            else:
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class BadInput(berthtest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()

    def tearDown(self):
        self.assertTrue(self.berth.server.answers(), "the server must go on")

    def upload(self, data, content_type="application/x-tar"):
        request = urllib.request.Request(f"{self.berth.server.url}/api/v2/files", data=data, method="POST",
                                         headers={"Coder-Session-Token": self.berth.token(),
                                                  "Content-Type": content_type})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def import_error(self, members):
        """Imports an archive and returns the error that reaches the user, from upload or job."""
        status, text = self.upload(tar_of(members))
        if status >= 400:
            return text
        import json
        organization = self.berth.api("GET", "/api/v2/users/me")[1]["organization_ids"][0]
        status, version = self.berth.api(
            "POST", f"/api/v2/organizations/{organization}/templateversions",
            {"storage_method": "file", "file_id": json.loads(text)["hash"], "provisioner": "terraform"})
        if status >= 400:
            return json.dumps(version)
        job = berthtest.wait_for(
            lambda: (lambda j: j if j["status"] in ("succeeded", "failed") else None)(
                self.berth.api("GET", f"/api/v2/templateversions/{version['id']}")[1]["job"]), 60, "import ends")
        self.assertEqual(job["status"], "failed", "the archive was accepted")
        return job["error"]

    def test_archives_that_leave_their_directory(self):
        outside = self.berth.root / "outside"
        main = ("main.tf", berthtest.NULL_TEMPLATE.encode(), tarfile.REGTYPE)
        for member in (("../outside", b"x", tarfile.REGTYPE), (str(outside), b"x", tarfile.REGTYPE),
                       ("a/../../outside", b"x", tarfile.REGTYPE), ("link", b"/etc/passwd", tarfile.SYMTYPE),
                       ("hard", b"../../etc/passwd", tarfile.LNKTYPE)):
            error = self.import_error([main, member])
            self.assertIn(member[0].split("/")[-1], error, "the error names the entry")
        self.assertFalse(outside.exists())

    def test_archive_that_is_none(self):
        self.assertEqual(self.upload(b"x" * 100, "text/plain")[0], 400)
        self.assertGreaterEqual(self.upload(b"\x00" * (120 << 20))[0], 400)

    def test_syntax_error_reaches_the_user_with_file_and_line(self):
        template = berthtest.write_template(self.berth.root / "broken", 'resource "x" {\n  a =\n}\n')
        done = self.berth.run("templates", "push", "broken", "-d", str(template), "-y", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("main.tf", done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr, r"line [12]|:[12]\b")

    def test_template_without_lock_file_works(self):
        template = berthtest.write_template(self.berth.root / "null", berthtest.NULL_TEMPLATE)
        self.berth.run("templates", "push", "null", "-d", str(template), "-y")
        self.assertIn("null", self.berth.run("templates", "list").stdout)

    def test_workspace_name_with_spaces(self):
        done = self.berth.run("create", "my space", "--template", "docker", "-y", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("my space", done.stderr + done.stdout)

    def test_wrong_password_ten_times(self):
        statuses = [self.berth.api("POST", "/api/v2/users/login", {"email": "me@example.com", "password": "wrong"},
                                   token=False)[0] for _ in range(11)]
        self.assertEqual(statuses[0], 401)
        self.assertIn(statuses[-1], (401, 429))
        self.assertEqual(self.berth.api("GET", "/api/v2/users/me")[0], 200, "others are not disturbed")

    def test_expired_or_wrong_token(self):
        for token in ("", "nonsense", "abcdefghij-0123456789012345678901"):
            status, body = self.berth.api("GET", "/api/v2/users/me", token=token)
            self.assertEqual(status, 401)
            self.assertTrue(body["message"])

    def test_garbage_on_the_port(self):
        for garbage in (b"\x00" * 65536, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000, os.urandom(4096),
                        b"POST /api/v2/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.berth.server.port), timeout=10) as connection:
                try:
                    connection.sendall(garbage)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                except OSError:
                    pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
