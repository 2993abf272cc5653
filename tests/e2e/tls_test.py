"""A server behind TLS with a certificate of a private authority: command line, agent and relay trust it when told to."""
import asyncio
import contextlib
import os
import ssl
import subprocess
import threading
import unittest

import berthtest
from berthtest.network import TEMPLATE

NAME = "localhost"


def make_certificates(folder):
    """(authority, certificate with its key) as PEM files."""
    authority, certificate = folder / "authority.pem", folder / "server.pem"
    key, request = folder / "authority.key", folder / "request.pem"
    for command in (
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=Test authority", "-keyout", key, "-out", authority],
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={NAME}", "-addext",
             f"subjectAltName=DNS:{NAME}", "-keyout", certificate, "-out", request],
            ["x509", "-req", "-in", request, "-CA", authority, "-CAkey", key, "-days", "2", "-copy_extensions", "copy",
             "-out", folder / "only.pem"]):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + (folder / "only.pem").read_text())
    return authority, certificate


class TlsProxy:
    """Ends TLS on one port of this machine and passes the bytes on to another."""

    def __init__(self, certificate, port):
        self.port = berthtest.free_port()
        self.target = port
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        serving = asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=self.context)
        asyncio.run_coroutine_threadsafe(serving, self.loop).result(5)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError):
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(self.copy(reader, onward_writer), self.copy(onward_reader, writer))

    @staticmethod
    async def copy(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


class TlsTest(berthtest.TestCase):
    needs_docker = False

    def setUp(self):
        super().setUp()
        berth = berthtest.Deployment(sign_in=False)
        self.authority, certificate = make_certificates(berth.root)
        proxy = self.enterContext(TlsProxy(certificate, berth.server.port))
        berth.server.access_url = f"https://{NAME}:{proxy.port}"
        self.berth = self.enterContext(berth)

    def run_trusting(self, *arguments, **options):
        return self.berth.run("--client-tls-ca-file", str(self.authority), *arguments, **options)

    def sign_in(self, run, **options):
        return run("login", self.berth.server.access_url, "--first-user-email", "me@example.com", "--first-user-username", "me",
                   "--first-user-password", berthtest.PASSWORD, **options)

    def test_private_authority(self):
        refused = self.sign_in(self.berth.run, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("certificate", refused.stderr)
        self.assertIn("--client-tls-ca-file", refused.stderr)
        other_name = self.run_trusting("login", self.berth.server.access_url.replace(NAME, "127.0.0.1"), check=False)
        self.assertIn("the certificate that 127.0.0.1 shows is for another name", other_name.stderr)
        self.sign_in(self.run_trusting)

        folder = self.berth.root
        berthtest.write_template(folder / "template", TEMPLATE.replace("@FOLDER@", str(folder)))
        self.run_trusting("templates", "push", "bare", "-d", str(folder / "template"), "-y")
        self.run_trusting("create", "far", "--template", "bare", "-y")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SSL_CERT_FILE": str(self.authority),
                       "CODER_AGENT_URL": self.berth.server.access_url, "CODER_AGENT_TOKEN": (folder / "token-far").read_text()}
        with open(folder / "agent.log", "wb") as log:
            agent = subprocess.Popen([berthtest.BERTH_AGENT, "agent"], env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=log, start_new_session=True)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.terminate)

        done = self.run_trusting("--disable-direct-connections", "ssh", "far", "--", "echo over TLS")
        self.assertEqual(done.stdout, "over TLS\n")
        self.assertIn("DERP", self.run_trusting("--disable-direct-connections", "ping", "-n", "1", "far").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
