// The entry point of executables, so that linking one needs no start-up files of a C toolchain:
// hands over to libc, which calls main.
#if defined(__x86_64__)
asm(".pushsection .text._start,\"ax\",@progbits\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "  .cfi_startproc\n"
    "  .cfi_undefined rip\n" // the outermost frame
    "  xorl %ebp, %ebp\n"
    "  movq %rdx, %r9\n"     // the dynamic linker's exit handler
    "  movq (%rsp), %rsi\n"  // argc
    "  leaq 8(%rsp), %rdx\n" // argv
    "  andq $-16, %rsp\n"
    "  pushq %rax\n"
    "  pushq %rsp\n"      // stack end
    "  xorl %r8d, %r8d\n" // no fini: libc runs .fini_array
    "  xorl %ecx, %ecx\n" // no init: libc runs .init_array
    "  leaq main(%rip), %rdi\n"
    "  call *__libc_start_main@GOTPCREL(%rip)\n"
    "  hlt\n"
    "  .cfi_endproc\n"
    ".size _start, .-_start\n"
    ".popsection\n");
#endif
