"""Bad input: each gets a clear error, and nothing else is disturbed."""
import io
import json
import os
import struct
import tarfile
import unittest
import urllib.request

import berthtest
from berthtest import wire


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
        return self.import_error_of(tar_of(members))

    def import_error_of(self, archive):
        """Imports an archive and returns the error that reaches the user, from upload or job."""
        status, text = self.upload(archive)
        if status >= 400:
            return text
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
        self.assertIn("archive", self.import_error_of(b"x" * 10240))

    def test_archive_that_is_too_large(self):
        for token, status in ((self.berth.token(), 413), ("nonsense", 413)):
            with wire.RawSocket(self.berth.server.port) as connection:
                answer = connection.request(f"POST /api/v2/files HTTP/1.1\nHost: x\nCoder-Session-Token: {token}\n"
                                            f"Content-Type: application/x-tar\nContent-Length: {120 << 20}\n")
                self.assertTrue(answer.startswith(f"HTTP/1.1 {status} "), answer)

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
        status, error = self.berth.api("POST", "/api/v2/users/me/workspaces",
                                       {"name": "my space", "template_id": "6f49e1d4-2299-4154-a411-558b6dd12bdf"})
        self.assertEqual(status, 400)
        self.assertEqual(error["validations"][0]["field"], "name")

    def test_wrong_password_ten_times(self):
        answers = [self.berth.api("POST", "/api/v2/users/login", {"email": "me@example.com", "password": "wrong"},
                                  token=False) for _ in range(11)]
        self.assertEqual([status for status, _ in answers], [401] * 10 + [429])
        self.assertEqual(answers[0][1]["message"], "Incorrect email or password.")
        self.assertIn("Try again in", answers[10][1]["message"])
        self.assertEqual(self.berth.api("GET", "/api/v2/users/me")[0], 200, "others are not disturbed")

    def test_expired_or_wrong_token(self):
        status, made = self.berth.api("POST", "/api/v2/users/me/keys/tokens",
                                      {"lifetime": 1_000_000_000, "token_name": "short"})
        self.assertEqual(status, 201)
        berthtest.wait_for(lambda: self.berth.api("GET", "/api/v2/users/me", token=made["key"])[0] == 401, 10,
                           "the token of a second expires")
        for token, detail in ((made["key"], "API key expired at"), ("nonsense", "Invalid API key format"),
                              ("abcdefghij-0123456789012345678901", "API key is invalid.")):
            status, body = self.berth.api("GET", "/api/v2/users/me", token=token)
            self.assertEqual(status, 401)
            self.assertIn("Please sign in again", body["message"])
            self.assertIn(detail, body["detail"])
        done = self.berth.run("whoami", "--token", "nonsense", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("login", done.stderr)

    def test_garbage_on_the_port(self):
        for garbage in (b"\x00" * 65536, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000, os.urandom(4096),
                        b"POST /api/v2/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n"):
            with wire.RawSocket(self.berth.server.port) as connection:
                try:
                    connection.send(garbage)
                except ConnectionError:
                    continue
                connection.read_until_end()


class BrokenFrames(berthtest.TestCase):
    """Every socket gets frames that are cut off, too long or forbidden, while a watch that behaves stays open."""

    @classmethod
    def setUpClass(cls):
        cls.berth = berthtest.Deployment()
        cls.addClassCleanup(cls.berth.__exit__)
        cls.berth.__enter__()
        # An agent counts as part of the resource that refers to it.
        template = berthtest.write_template(cls.berth.root / "null", berthtest.NULL_TEMPLATE + """
resource "terraform_data" "box" {
  input = coder_agent.main.id
}
""")
        cls.berth.run("templates", "push", "null", "-d", str(template), "-y")
        cls.berth.workspaces.append("quiet")
        cls.berth.run("create", "quiet", "--template", "null", "-y")
        workspace = cls.berth.workspace("quiet")
        state = cls.berth.api("GET", f"/api/v2/workspacebuilds/{workspace['latest_build']['id']}/state")[1]
        cls.agent_token = next(resource["instances"][0]["attributes"]["token"] for resource in state["resources"]
                               if resource["type"] == "coder_agent")
        cls.agent_path = "/api/v2/workspaceagents/me/rpc?version=2.10&role=agent"
        cls.bystander = cls.socket(f"/api/v2/workspaces/{workspace['id']}/watch-ws")
        cls.addClassCleanup(cls.bystander.__exit__)

    @classmethod
    def socket(cls, path, token=None):
        return wire.WebSocket(cls.berth.server.port, path, token or cls.berth.token())

    def tearDown(self):
        self.assertTrue(self.bystander.is_alive(), "another connection was disturbed")
        self.assertTrue(self.berth.server.answers(), "the server must go on")

    def test_websocket(self):
        too_long = b"\x82\xff" + struct.pack(">Q", 1 << 62) + b"\0\0\0\0" + b"x" * 100
        for path in ("/api/v2/derp-map", "/api/v2/tailnet?version=2.0", "/api/v2/notifications/inbox/watch"):
            for frames in (b"\x82\x01x", too_long, b"\xf2\x80\0\0\0\0", b"\x83\x80\0\0\0\0",
                           b"\x89\xfe\x00\xff\0\0\0\0" + b"x" * 255, b"\x80\x80\0\0\0\0"):
                with self.subTest(path=path, frames=frames[:12]), self.socket(path) as socket:
                    socket.send(frames)
                    socket.read_until_end()
            with self.socket(path) as socket:
                socket.send(too_long[:3])

    def test_yamux(self):
        frames = (wire.yamux(0, 1, 1, 1 << 20), wire.yamux(0, 1, 1, 0xffffffff), b"\x07" + wire.yamux(0, 1, 1, 0)[1:],
                  wire.yamux(9, 1, 1, 0), wire.yamux(1, 1, 1, 0) * 2, wire.yamux(1, 1, 0, 0), wire.yamux(3, 0, 0, 1))
        for path, token in (("/api/v2/tailnet?version=2.0", None), (self.agent_path, self.agent_token)):
            for data in frames:
                with self.subTest(path=path, frame=data.hex()), self.socket(path, token) as socket:
                    socket.send_frame(data)
                    socket.read_until_end()
            with self.socket(path, token) as socket:
                socket.send_frame(wire.yamux(1, 1, 1, 0)[:7])

    def test_drpc(self):
        banners = "/coder.agent.v2.Agent/GetAnnouncementBanners"
        broken = (wire.packet(wire.INVOKE, 1, b"x")[:3] + wire.varint((4 << 20) + 1), wire.packet(40, 1, b"x"),
                  wire.packet(wire.INVOKE, 0, b"x"), wire.packet(wire.INVOKE, 1, b"x", stream=0),
                  b"\x03" + b"\xff" * 12, wire.packet(wire.INVOKE, 1, banners.encode())
                  + wire.packet(wire.MESSAGE, 2, b"\xff\xff\xff"))
        with self.socket(self.agent_path, self.agent_token) as socket:
            rpc = wire.Rpc(socket)
            for data in broken:
                rpc.open(data)
                kind, _ = rpc.call(banners, b"")
                self.assertEqual(kind, wire.MESSAGE, "the session goes on")

    def test_requests_that_bring_stock_servers_down(self):
        agent, tailnet = "/coder.agent.v2.Agent/", "/coder.tailnet.v2.Tailnet/"
        with self.socket(self.agent_path, self.agent_token) as socket:
            rpc = wire.Rpc(socket)
            for name, request, says in (
                    (agent + "UpdateStartup", b"", b"startup is required"),
                    (agent + "UpdateLifecycle", b"", b"lifecycle is required"),
                    (agent + "BatchUpdateMetadata", bytes.fromhex("12030a0178"), b"has no result"),
                    (tailnet + "RefreshResumeToken", b"", b"Unimplemented")):
                with self.subTest(name=name):
                    kind, body = rpc.call(name, request)
                    self.assertEqual(kind, wire.ERROR)
                    self.assertIn(says, body)
            # The refusal is a response on the stream, as all that the coordinator refuses.
            kind, body = rpc.call(tailnet + "Coordinate", bytes.fromhex("0a00"))
            self.assertEqual(kind, wire.MESSAGE)
            self.assertIn(b"update_self carries no node", body)
        with self.socket("/api/v2/tailnet?version=2.0") as socket:
            kind, body = wire.Rpc(socket).call(tailnet + "Coordinate", bytes.fromhex("0a00"))
            self.assertIn(b"update_self carries no node", body)

    def test_derp(self):
        def frame(kind, payload):
            return bytes([kind]) + struct.pack(">I", len(payload)) + payload

        login = frame(2, os.urandom(32 + 24 + 48))
        for data in (login, frame(2, b""), b"\x02\xff\xff\xff\xff", frame(4, os.urandom(100)), frame(16, b""),
                     os.urandom(300)):
            with self.subTest(data=data[:8].hex()), wire.RawSocket(self.berth.server.port) as connection:
                head = connection.request("GET /derp HTTP/1.1\nHost: x\nUpgrade: DERP\nConnection: Upgrade\n")
                self.assertTrue(head.startswith("HTTP/1.1 101 "), head)
                connection.send(data)
                connection.read_until_end()
        with wire.RawSocket(self.berth.server.port) as connection:
            connection.request("GET /derp HTTP/1.1\nHost: x\nUpgrade: DERP\nConnection: Upgrade\n")
            connection.send(login[:20])


if __name__ == "__main__":
    unittest.main(verbosity=2)
