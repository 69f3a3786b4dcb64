# cmake --install gives a tree that works wherever it is moved to: bin/ finds ../lib, which holds
# Halide and what artifacts are linked with. LLVM and MLIR stay the system's packages.
install(DIRECTORY include/dlc DESTINATION include FILES_MATCHING PATTERN "*.h")
get_target_property(DLC_HALIDE_LIBRARY Halide::Halide IMPORTED_LOCATION)
install(FILES ${DLC_HALIDE_LIBRARY} DESTINATION lib)
if(TARGET DLCRuntime)
  install(TARGETS DLCRuntime ARCHIVE DESTINATION lib)
endif()
