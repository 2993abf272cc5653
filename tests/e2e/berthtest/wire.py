"""The wire by hand, for tests that send what no proper client sends: WebSocket frames, yamux and dRPC."""
import base64
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Ended(Exception):
    """The peer closed the connection."""


class RawSocket:
    """A TCP connection that speaks HTTP by hand."""

    def __init__(self, port, seconds=20):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, data):
        self.connection.sendall(data)

    def read(self, count):
        while len(self.buffer) < count:
            try:
                more = self.connection.recv(65536)
            except ConnectionError as error:
                raise Ended() from error
            if not more:
                raise Ended()
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read_until_end(self):
        try:
            while True:
                self.read(len(self.buffer) + 1)
        except Ended:
            return

    def request(self, head):
        """Sends a request's head and returns the head of the answer."""
        self.send(head.replace("\n", "\r\n").encode() + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.read(1)
        return answer.decode()


class WebSocket(RawSocket):
    """A WebSocket client whose frames may be wrong."""

    def __init__(self, port, path, token):
        super().__init__(port)
        head = self.request(f"GET {path} HTTP/1.1\nHost: 127.0.0.1:{port}\nUpgrade: websocket\nConnection: Upgrade\n"
                            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\n"
                            f"Sec-WebSocket-Version: 13\nCoder-Session-Token: {token}\n")
        if not head.startswith("HTTP/1.1 101 "):
            raise AssertionError(head)

    def send_frame(self, data, kind=BINARY):
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.send(bytes([0x80 | kind]) + length + b"\0\0\0\0" + data)

    def read_frame(self):
        """(kind, data) of the next frame."""
        first, length = self.read(2)
        if length == 126:
            length = struct.unpack(">H", self.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.read(8))[0]
        return first & 0xf, self.read(length)

    def is_alive(self):
        self.send_frame(b"alive?", PING)
        while True:
            kind, data = self.read_frame()
            if kind == PONG:
                return data == b"alive?"


def yamux(kind, flags, stream, length, body=b""):
    return struct.pack(">BBHII", 0, kind, flags, stream, length) + body


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def packet(kind, message, body, stream=1):
    """One dRPC packet in one frame."""
    return bytes([kind << 1 | 1]) + varint(stream) + varint(message) + varint(len(body)) + body


INVOKE, MESSAGE, ERROR, CLOSE_CALL, CLOSE_SEND = 1, 2, 3, 5, 6


class Rpc:
    """dRPC calls on a yamux session over a WebSocket."""

    def __init__(self, web_socket):
        self.socket = web_socket
        self.next_stream = 1
        self.bodies = {}
        self.rest = b""

    def open(self, data):
        """Opens a stream, sends bytes on it and returns its number."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.bodies[stream] = b""
        self.socket.send_frame(yamux(1, 1, stream, 0) + yamux(0, 0, stream, len(data), data))
        return stream

    def call(self, name, request):
        """(kind, body) of the first packet that answers a unary call."""
        stream = self.open(packet(INVOKE, 1, name.encode()) + packet(MESSAGE, 2, request) + packet(CLOSE_SEND, 3, b""))
        while len(self.bodies[stream]) < 4:
            self.read_one()
        kind = self.bodies[stream][0] >> 1 & 0x3f
        while True:
            data, at = self.bodies[stream], 1
            try:
                for _ in range(3):
                    length, at = self.read_varint(data, at)
            except IndexError:
                length = len(data)
            if len(data) >= at + length:
                return kind, data[at:at + length]
            self.read_one()

    @staticmethod
    def read_varint(data, at):
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 0x7f) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    def read_one(self):
        """Takes in one yamux frame, and answers pings."""
        while len(self.rest) < 12:
            self.fill()
        _, kind, flags, stream, length = struct.unpack(">BBHII", self.rest[:12])
        size = length if kind == 0 else 0
        while len(self.rest) < 12 + size:
            self.fill()
        body, self.rest = self.rest[12:12 + size], self.rest[12 + size:]
        if kind == 0 and stream in self.bodies:
            self.bodies[stream] += body
        if kind == 2 and flags & 1:
            self.socket.send_frame(yamux(2, 2, 0, length))

    def fill(self):
        kind, data = self.socket.read_frame()
        if kind == CLOSE:
            raise Ended()
        if kind == BINARY:
            self.rest += data
