// Changing from one stack to another: ten instructions on x86-64, ucontext elsewhere (eight times slower: it asks the kernel).
#pragma once

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__) && !defined(EMULATED_UCONTEXT)

namespace emulator {

struct Context {
  void* stack_pointer;
};

// Keeps the registers that a callee must keep on this stack, goes over to the other, and takes up those kept there.
__attribute__((naked, noinline)) inline void change_stack(void**, void*) {
  asm volatile(
      "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
      "mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
      "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");
}

inline void change(Context& from, Context& to) { change_stack(&from.stack_pointer, to.stack_pointer); }

// Makes a context that begins with entry(), which must never return.
inline void begin(Context& c, unsigned char* stack, size_t bytes, void (*entry)()) {
  void** top = (void**)(stack + bytes);
  top[-2] = (void*)entry;  // the return address of change_stack; entry then finds its stack as after a call
  c.stack_pointer = top - 8;
}

}  // namespace emulator

#else

#include <ucontext.h>

namespace emulator {

struct Context {
  ucontext_t of;
};

inline void change(Context& from, Context& to) { swapcontext(&from.of, &to.of); }

inline void begin(Context& c, unsigned char* stack, size_t bytes, void (*entry)()) {
  getcontext(&c.of);
  c.of.uc_stack.ss_sp = stack, c.of.uc_stack.ss_size = bytes, c.of.uc_link = nullptr;
  makecontext(&c.of, entry, 0);
}

}  // namespace emulator

#endif
