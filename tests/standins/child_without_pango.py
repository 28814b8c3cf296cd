"""A child process on a machine that lacks a system library, as the loader reports it."""

from api.gateways.child import serve


def prepare():
    raise OSError("cannot load library 'libpango-1.0-0': libpango-1.0-0: cannot open shared object file")


if __name__ == "__main__":
    serve(prepare)
