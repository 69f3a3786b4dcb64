"""On a terminal `dlc train` draws a bar on stderr; stdout has the same lines as without one.

    progress.py --dlc build/bin/dlc
"""
import argparse
import os
import pty
import subprocess
import sys
import tempfile
import termios
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "Inputs"))
import make  # noqa: E402


def run(command: list[str]) -> tuple[str, str]:
    """What goes to stdout, and what a terminal on stderr sees."""
    controller, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (50, 200))
    seen: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(controller, 65536):
                seen.append(chunk)
        except OSError:  # the other end was closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, check=True, timeout=300, text=True).stdout
    os.close(terminal)
    reader.join()
    os.close(controller)
    return output, b"".join(seen).decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlc-progress-") as name:
        make.main(Path(name))
        command = [arguments.dlc, "train", f"{name}/net.onnx", "--data", f"{name}/data.npz", "--epochs=3",
                   "--loss=sparse_categorical_crossentropy", "--metrics=accuracy", "--batch-size=5"]
        output, terminal = run(command)
        assert [line.split(" ")[1] for line in output.splitlines()] == ["1/3", "2/3", "3/3"], output
        assert "Epoch 3/3 [####" in terminal and "10/10" in terminal and " - accuracy: " in terminal, terminal
        output, terminal = run(command + ["--quiet"])
        assert output == "" and terminal == "", (output, terminal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
