# Finds LLVM/MLIR 22 and describes them as one target, DLCMLIR: the two dylibs and nothing else, so
# that no process ever holds a second, static copy of an MLIR library.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

add_library(DLCMLIR INTERFACE)
target_include_directories(DLCMLIR SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_directories(DLCMLIR INTERFACE ${LLVM_LIBRARY_DIRS})
target_link_libraries(DLCMLIR INTERFACE MLIR LLVM)
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(DLCMLIR INTERFACE ${LLVM_DEFINITIONS_LIST})

set(DLC_LLVM_TOOLS_DIR ${LLVM_TOOLS_BINARY_DIR})
add_link_options(-fuse-ld=lld -B${LLVM_TOOLS_BINARY_DIR})
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/include)

if(DLC_SANITIZE)
  # Undefined behaviour ends the process, as a bad access does: what is only printed fails no test.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
  add_compile_options(${sanitizers} -fno-omit-frame-pointer)
  add_link_options(${sanitizers} LINKER:--export-dynamic-symbol=dlclose)
  add_library(DLCSanitizerOptions OBJECT ${CMAKE_SOURCE_DIR}/tools/cmake/SanitizerOptions.c)
  link_libraries($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:DLCSanitizerOptions>)
endif()
