"""One pseudo-terminal, reachable at the path given: what comes on standard input is what the hub reads from it, what
the hub writes goes to standard output. Ends with standard input; to the hub that is an unplugged stick."""

import os
import select
import sys
import tty

path = sys.argv[1]
master, slave = os.openpty()
tty.setraw(slave)
if os.path.islink(path):
    os.unlink(path)
os.symlink(os.ttyname(slave), path)
sys.stderr.write("ready\n")
sys.stderr.flush()

try:
    while True:
        ready, _, _ = select.select([0, master], [], [])
        if 0 in ready:
            octets = os.read(0, 65536)
            if not octets:
                break
            while octets:
                octets = octets[os.write(master, octets) :]
        if master in ready:
            os.write(1, os.read(master, 65536))
finally:
    os.unlink(path)
