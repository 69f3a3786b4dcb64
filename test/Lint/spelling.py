"""codespell finds nothing."""
import subprocess
import sys
from pathlib import Path

import sources

# Words of the field that it takes for misspellings.
WORDS = "atleast,positionof,fromat,nd,te,ans,inout,mis,ser,fo,ot,parm,clos,mape,hist,numer,thead,ue,ist,ba,als,sur,dout,gruop"


def main(root: Path) -> int:
    files = [str(path) for path in sources.tracked(root) if sources.text(root / path) is not None]
    return subprocess.run(["codespell", f"--ignore-words-list={WORDS}", *files], cwd=root).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
