// The program `dlc`; see lib/Commands.
#include "dlc/Commands/CommandLine.h"
#include "dlc/Support/Temporaries.h"

int main(int argc, char **argv) {
  dlc::removeTemporariesOnSignals();
  return dlc::runCommandLine(argc, argv);
}
