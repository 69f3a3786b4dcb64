// The program `dlc`; see lib/Driver/Commands.
#include "dlc/Driver/CommandLine.h"

int main(int argc, char **argv) { return dlc::runCommandLine(argc, argv); }
