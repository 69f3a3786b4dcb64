// The bytes of the runtime's objects, put into the compiler by the assembler.
#include "dlc/Runtime/RuntimeImage.h"

#define DLC_EMBED(symbol, file)                                                                    \
  asm(".pushsection .rodata\n"                                                                     \
      ".balign 64\n"                                                                               \
      ".local " #symbol "Begin\n" #symbol "Begin:\n"                                               \
      ".incbin \"" DLC_RUNTIME_OBJECT_DIR "/" file "\"\n"                                          \
      ".local " #symbol "End\n" #symbol "End:\n"                                                   \
      ".byte 0\n"                                                                                  \
      ".popsection\n");                                                                            \
  extern "C" __attribute__((visibility("hidden"))) const char symbol##Begin[], symbol##End[]

DLC_EMBED(dlcRuntimeObject, "DLCRuntimeObject.o");
DLC_EMBED(dlcRuntimeMainObject, "DLCRuntimeMainObject.o");

std::string_view dlc::runtimeObject() {
  return {dlcRuntimeObjectBegin, static_cast<size_t>(dlcRuntimeObjectEnd - dlcRuntimeObjectBegin)};
}

std::string_view dlc::runtimeMainObject() {
  return {dlcRuntimeMainObjectBegin,
          static_cast<size_t>(dlcRuntimeMainObjectEnd - dlcRuntimeMainObjectBegin)};
}
