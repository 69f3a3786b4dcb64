// The program `dlc`; see lib/Commands.
#include "dlc/Commands/CommandLine.h"

int main(int argc, char **argv) { return dlc::runCommandLine(argc, argv); }
