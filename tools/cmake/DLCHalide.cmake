# Halide 21 as one IMPORTED target, Halide::Halide, from the wheel in DLC_VENV. The wheel's own
# HalideConfig.cmake wants CMake 3.28; Debian 12 has 3.25.
file(GLOB DLC_HALIDE_ROOT "${DLC_VENV}/lib/python3*/site-packages/halide")
if(NOT DLC_HALIDE_ROOT)
  message(FATAL_ERROR "Halide is not in ${DLC_VENV}; run tools/setup/setup.sh first")
endif()
add_library(Halide::Halide SHARED IMPORTED GLOBAL)
set_target_properties(Halide::Halide PROPERTIES
  IMPORTED_LOCATION "${DLC_HALIDE_ROOT}/lib64/libHalide.so"
  IMPORTED_SONAME libHalide.so
  INTERFACE_INCLUDE_DIRECTORIES "${DLC_HALIDE_ROOT}/include"
  INTERFACE_COMPILE_DEFINITIONS
    "HALIDE_WITH_EXCEPTIONS;HALIDE_ENABLE_RTTI;HALIDE_VERSION_MAJOR=21;HALIDE_VERSION_MINOR=0;HALIDE_VERSION_PATCH=0")
