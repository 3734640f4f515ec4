"""One end of a long way: a network interface whose packets reach the other end that much later.

Arguments: own address with its prefix length, UDP port here, address and UDP port of the other end, milliseconds each way.
Packets are carried in datagrams over the network that is there, in order, none lost but by that network. Where the kernel has
netem this would be one line of tc; not every kernel has it. Says "ready" once the interface is up. Ends with its input.
"""

import collections
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
# Below what the network carries whole, headers of the datagram included.
MTU_BYTES = 1_400
BUFFER_BYTES = 4 << 20


def main(own, port, other, other_port, delay_ms):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"far0", IFF_TUN_NO_PI))
    for words in (f"addr add {own} dev far0", f"link set far0 mtu {MTU_BYTES} txqueuelen 5000 up"):
        subprocess.run(["ip", *words.split()], check=True)
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        line.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    line.bind(("0.0.0.0", port))
    line.connect((other, other_port))
    line.setblocking(False)
    waiting = collections.deque()
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            try:
                line.send(waiting[0][1])
            except (BlockingIOError, ConnectionRefusedError):
                # The other end is not there yet, or the line is full: lost, as it would be.
                pass
            waiting.popleft()
        patience = None if not waiting else max(0, waiting[0][0] - now)
        readable, _, _ = select.select([tun, line, sys.stdin], [], [], patience)
        if sys.stdin in readable and not os.read(sys.stdin.fileno(), 1):
            return
        if tun in readable:
            due = time.monotonic() + delay_ms / 1_000
            for _ in range(64):
                try:
                    waiting.append((due, os.read(tun, 65_536)))
                except BlockingIOError:
                    break
        if line in readable:
            for _ in range(64):
                try:
                    os.write(tun, line.recv(65_536))
                except (BlockingIOError, ConnectionRefusedError):
                    break


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
