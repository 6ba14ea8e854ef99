"""What both peers need: a session with the thread settings of the bench, and an end with whoever started them."""

import os
import signal
import threading

import onnxruntime


def open_session(path: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def end_with_parent() -> None:
    """The bench holds the other end of stdin. Workers are in a process group of our own, and end with it."""
    # A group but no session: sessions are given shares of the processor of their own.
    os.setpgrp()

    def wait() -> None:
        # Not sys.stdin: its lock would be copied into every forked worker, and those would wait for it forever.
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def shape_of(session: onnxruntime.InferenceSession) -> list[int]:
    """Of a batch, -1 for its size."""
    return [size if isinstance(size, int) else -1 for size in session.get_inputs()[0].shape]
