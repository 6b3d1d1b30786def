"""signal-vibc.py VIBC FIFO: what vibc does when it is signalled while it waits for its
input, the FIFO: its process that compiles ends too, and the exit code tells the signal."""
import os
import signal
import subprocess
import sys
import time


def get_children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()


for name, code in (("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129), ("SIGKILL", -9)):
    vibc = subprocess.Popen([sys.argv[1], sys.argv[2], "-o", "/dev/null"])
    # Opens only once the compiler reads.
    writer = os.open(sys.argv[2], os.O_WRONLY)
    (child,) = get_children(vibc.pid)
    os.kill(vibc.pid, getattr(signal, name))
    got = vibc.wait(timeout=60)
    deadline = time.monotonic() + 60
    while os.path.exists(f"/proc/{child}") and time.monotonic() < deadline:
        time.sleep(0.01)
    is_left = os.path.exists(f"/proc/{child}")
    os.close(writer)
    if got != code or is_left:
        sys.exit(f"{name}: exit code {got}, expected {code}; child left: {is_left}")
