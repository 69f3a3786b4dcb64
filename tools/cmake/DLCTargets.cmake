# dlc_add_library(NAME SOURCES... [EXCEPTIONS | PRECOMPILED] [APART] [LINK libs...] [DEPENDS targets...])
# dlc_add_tool(NAME SOURCES... [EXCEPTIONS | PRECOMPILED] [LINK libs...])
#
# EXCEPTIONS is for the few libraries that wrap a throwing dependency (Halide, JSON, protobuf); everything
# else is built as LLVM is, without. PRECOMPILED shares the precompiled headers of the dialect, which
# were parsed without exceptions too.
#
# The release preset compiles the sources of a library several at a time (CMAKE_UNITY_BUILD): what they include is
# instantiated once, which takes half of the time. The others compile file by file, which is quicker after an edit.
# APART is for libraries whose files have names of their own for the same things, or headers that do not meet.
add_library(DLCWarnings INTERFACE)
target_compile_options(DLCWarnings INTERFACE -Wall -Wextra -Wno-unused-parameter -Werror)

# Lets ccache find a precompiled header that was built again from the same text.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# For code whose own speed nobody can measure, as it waits for Halide, for a terminal or is a test: more than
# half of what compiling it takes is the optimiser's.
function(dlc_leave_unoptimised name)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
endfunction()

set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

function(dlc_add_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS;PRECOMPILED;APART" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:DLCWarnings>)
  if(NOT ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE -fno-exceptions)
  endif()
  if(ARG_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM DLCTransforms)
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  set_target_properties(${name} PROPERTIES UNITY_BUILD_CODE_AFTER_INCLUDE "#undef DEBUG_TYPE")
  if(ARG_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
endfunction()

function(dlc_add_tool name)
  cmake_parse_arguments(ARG "EXCEPTIONS;PRECOMPILED" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} $<BUILD_INTERFACE:DLCWarnings>)
  if(NOT ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE -fno-exceptions)
  endif()
  if(ARG_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM DLCTransforms)
    target_compile_options(${name} PRIVATE -fPIC) # as the headers were compiled
  endif()
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib;${LLVM_LIBRARY_DIR}")
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()
