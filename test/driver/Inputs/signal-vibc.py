"""signal-vibc.py VIBC FIFO SLOW DIR: what vibc does when it is signalled while it waits for
its input, the FIFO: its process that compiles ends too, and the exit code tells the signal. A
signal that was ignored stays ignored, and if only the process that compiles is killed, that
is an error but no bug. A signal also ends the compilation of SLOW, which takes minutes, and
leaves nothing in DIR, where the output and temporary files are."""
import os
import signal
import subprocess
import sys
import time


def get_children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()


def start(ignored=(), **options):
    """vibc, its process that compiles, and the end of the FIFO that this one reads."""

    def set_signals():
        # The tests may run where some of these are ignored, as after nohup.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    command = [sys.argv[1], sys.argv[2], "-o", "/dev/null"]
    vibc = subprocess.Popen(command, preexec_fn=set_signals, **options)
    # Opens only once the compiler reads.
    writer = os.open(sys.argv[2], os.O_WRONLY)
    (child,) = get_children(vibc.pid)
    return vibc, int(child), writer


def ignores(pid, number):
    with open(f"/proc/{pid}/status") as file:
        mask = next(line.split()[1] for line in file if line.startswith("SigIgn:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


for name, code in (("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129), ("SIGKILL", -9)):
    vibc, child, writer = start()
    os.kill(vibc.pid, getattr(signal, name))
    got = vibc.wait(timeout=60)
    deadline = time.monotonic() + 60
    while os.path.exists(f"/proc/{child}") and time.monotonic() < deadline:
        time.sleep(0.01)
    is_left = os.path.exists(f"/proc/{child}")
    os.close(writer)
    if got != code or is_left:
        sys.exit(f"{name}: exit code {got}, expected {code}; child left: {is_left}")

vibc, child, writer = start(ignored=[signal.SIGHUP])
ignoring = [ignores(pid, signal.SIGHUP) for pid in (vibc.pid, child)]
os.close(writer)
vibc.wait(timeout=60)
if ignoring != [True, True]:
    sys.exit(f"vibc and its compiler ignore SIGHUP after nohup: {ignoring}")

vibc, child, writer = start(stderr=subprocess.PIPE, text=True)
os.kill(child, signal.SIGKILL)
err = vibc.communicate(timeout=60)[1]
os.close(writer)
if vibc.returncode != 1 or "cannot be read: the process was killed" not in err or "bug in vibc" in err:
    sys.exit(f"the compiler was killed: exit code {vibc.returncode}, {err}")

before = sorted(os.listdir(sys.argv[4]))
for name, code in (("SIGINT", 130), ("SIGTERM", 143)):
    command = [sys.argv[1], sys.argv[3], "-o", os.path.join(sys.argv[4], "x")]
    vibc = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": sys.argv[4]},
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),
    )
    time.sleep(3)
    (child,) = get_children(vibc.pid)
    begin = time.monotonic()
    os.kill(vibc.pid, getattr(signal, name))
    got = vibc.wait(timeout=60)
    seconds = time.monotonic() - begin
    left = sorted(os.listdir(sys.argv[4]))
    if got != code or seconds > 10 or left != before or os.path.exists(f"/proc/{child}"):
        sys.exit(f"{name} while compiling: exit code {got} after {seconds:.1f} s, left {left}")
