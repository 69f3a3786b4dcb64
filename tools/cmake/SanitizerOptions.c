// What AddressSanitizer must know, part of every executable of a sanitized build, so that no test
// and no user has to set ASAN_OPTIONS.

const char *__asan_default_options(void);

/// LLVM's allocators poison their slabs in the headers that we compile, and unpoison them in the
/// LLVM library, which is not instrumented: memory in use would look poisoned. Its marks are
/// ignored; those of malloc, the stack and globals stay.
const char *__asan_default_options(void) { return "allow_user_poisoning=0"; }

const char *__lsan_default_suppressions(void);

/// PoCL, an OpenCL platform that tests run on, keeps what its compiler and the kernels in its cache
/// allocated; so does the LLVM that it brings along.
const char *__lsan_default_suppressions(void) {
  return "leak:pocl\nleak:libLLVM-15\nleak:libclang-cpp\n";
}

int dlclose(void *library);

/// Libraries stay loaded, in place of libc's function: what a graphics driver keeps in its own
/// globals would otherwise be a leak of a module without a name, which nothing can suppress.
__attribute__((visibility("default"))) int dlclose(void *library) {
  (void)library;
  return 0;
}
