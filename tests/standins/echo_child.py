"""A child process that does what it is told: answer, fail, hang, die or talk out of turn."""

import os
import signal
import time

from api.gateways.child import serve


def prepare():
    return answer


def answer(request: bytes) -> bytes:
    if request == b"hang":
        time.sleep(60)
    if request == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if request == b"fail":
        raise ValueError("it is not right\nand here is more")
    if request == b"hungry":
        bytearray(4 * 1024**3)
    print("out of turn", flush=True)  # noqa: T201
    return request + b" by %d" % os.getpid()


if __name__ == "__main__":
    serve(prepare)
