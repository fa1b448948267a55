"""Viewers who read a stream slowly, and the age of what they see every ten seconds, as a Markdown table.

    viewers.py SECONDS KB_PER_SECOND NAME=PORT …

For each port a WebSocket, a Socket.IO and a Motion JPEG viewer, all at once. The script of the stream has to put
frame.time into the payload as `time`. Each viewer reads at its rate and no faster, whatever has come, and answers pings.
"""
import asyncio
import base64
import os
import re
import struct
import sys
import time

EVERY_S = 10


class Reader:
    """Bytes of a connection, no more than so many a second."""

    def __init__(self, stream, writer, rate):
        self.stream = stream
        self.writer = writer  # kept: the connection ends with it
        self.rate = rate
        self.since = time.monotonic()
        self.got = 0
        self.bytes = bytearray()

    async def more(self):
        data = await self.stream.read(2048)
        if not data:
            raise EOFError
        self.bytes += data
        self.got += len(data)
        ahead = self.got / self.rate - (time.monotonic() - self.since)
        if ahead > 0:
            await asyncio.sleep(ahead)

    async def take(self, size):
        while len(self.bytes) < size:
            await self.more()
        data = bytes(self.bytes[:size])
        del self.bytes[:size]
        return data

    async def take_until(self, mark):
        while mark not in self.bytes:
            await self.more()
        return await self.take(self.bytes.index(mark) + len(mark))


async def open_connection(port, path, rate, headers='', version='1.1'):
    # a small limit: what is not read stays in the system's buffers
    stream, writer = await asyncio.open_connection('127.0.0.1', port, limit=4096)
    writer.write(f'GET {path} HTTP/{version}\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n'.encode())
    reader = Reader(stream, writer, rate)
    head = await reader.take_until(b'\r\n\r\n')
    return reader, writer, head


def mask(opcode, data):
    return bytes([0x80 | opcode, 0x80 | len(data)]) + bytes(4) + data


async def messages(port, path, rate, first=None):
    """The messages of a WebSocket, whose pings are answered."""
    key = base64.b64encode(os.urandom(16)).decode()
    reader, writer, head = await open_connection(
        port, path, rate, 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
        f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n')
    if not head.startswith(b'HTTP/1.1 101'):
        raise ConnectionError(head.split(b'\r\n')[0].decode())
    if first is not None:
        writer.write(mask(1, first))
    while True:
        flags, size = await reader.take(2)
        if size == 126:
            size, = struct.unpack('>H', await reader.take(2))
        elif size == 127:
            size, = struct.unpack('>Q', await reader.take(8))
        data = await reader.take(size)
        opcode = flags & 15
        if opcode == 9:
            writer.write(mask(10, data))
        elif opcode == 8:
            raise EOFError
        elif data == b'2':
            writer.write(mask(1, b'3'))  # Engine.IO's own ping
        else:
            yield opcode, data


async def websocket(port, rate, seen):
    async for opcode, data in messages(port, '/ws/live', rate):
        if opcode == 2:
            seen(len(data), struct.unpack_from('<q', data, 24)[0] / 1e6)


async def socketio(port, rate, seen):
    async for _, data in messages(port, '/socket.io/?EIO=4&transport=websocket', rate, b'40'):
        found = re.search(rb'"time":([\d.]+)', data)
        if found:
            seen(len(data), float(found.group(1)))


async def mjpeg(port, rate, seen):
    reader, _, _ = await open_connection(port, '/stream/live.mjpg', rate, version='1.0')  # no chunks
    while True:
        head = await reader.take_until(b'\r\n\r\n')
        size = int(re.search(rb'Content-Length: (\d+)', head, re.I).group(1))
        stamp = float(re.search(rb'X-Timestamp: ([\d.]+)', head, re.I).group(1))
        await reader.take(size)
        seen(size, stamp)


class Account:
    """Ages of what a viewer sees."""

    def __init__(self, name):
        self.name = name
        self.frames = 0
        self.ages = []
        self.worst = 0.0
        self.size = 0
        self.fault = ''

    def seen(self, size, stamp):
        self.frames += 1
        self.size = max(self.size, size)
        self.worst = max(self.worst, time.time() - stamp)

    def look(self):
        self.ages.append(self.worst)
        self.worst = 0.0

    async def run(self, watch, port, rate):
        try:
            await watch(port, rate, self.seen)
        except (EOFError, OSError, ConnectionError) as error:
            self.fault = f'ended: {error!r}'

    def row(self):
        ages = ' | '.join(f'{age:.1f}' for age in self.ages)
        return f'| {self.name} | {self.frames} | {self.size / 1000:.0f} | {ages} | {self.fault} |'


async def main():
    seconds, rate = int(sys.argv[1]), float(sys.argv[2]) * 1000
    accounts, tasks = [], []
    for place in sys.argv[3:]:
        name, port = place.split('=')
        for watch in (websocket, socketio, mjpeg):
            accounts.append(Account(f'{watch.__name__}, {name}'))
            tasks.append(asyncio.create_task(accounts[-1].run(watch, int(port), rate)))
    looks = range(EVERY_S, seconds + 1, EVERY_S)
    for _ in looks:
        await asyncio.sleep(EVERY_S)
        for account in accounts:
            account.look()
    print('| viewer | frames | largest, KB | ' + ' | '.join(f'{at} s' for at in looks) + ' | |')
    print('| --- | ---: | ---: |' + ' ---: |' * len(looks) + ' --- |')
    for account in accounts:
        print(account.row())
    for task in tasks:
        task.cancel()


if __name__ == '__main__':
    asyncio.run(main())
