//===- Fiber.cpp - Execution contexts with their own stacks ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fiber.h"

#include <boost/context/detail/fcontext.hpp>

#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARSEGPU_HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SPARSEGPU_HAS_ASAN 1
#endif

#ifdef SPARSEGPU_HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

using namespace sparsegpu::emulator;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

// jump_fcontext is called but does not return by `ret`: it jumps to where the
// other context called it. That leaves one entry too many on the processor's
// stack of return predictions, and every return that follows is mispredicted,
// at several times the cost of the switch. Entering it by a jump, with the
// return address pushed by hand, keeps calls and returns in pairs: all contexts
// call from the same place, so the prediction left by one is right for the
// next.
#if defined(__x86_64__) && defined(__linux__)
asm(R"(
  .text
  .p2align 4
  .type sparsegpuJumpContext, @function
sparsegpuJumpContext:
  leaq 1f(%rip), %rax
  subq $8, %rsp
  pushq %rax
  jmp jump_fcontext@PLT
1:
  addq $8, %rsp
  retq
  .size sparsegpuJumpContext, .-sparsegpuJumpContext
)");
extern "C" transfer_t sparsegpuJumpContext(void *to, void *data);
#else
static transfer_t sparsegpuJumpContext(void *to, void *data) {
  return boost::context::detail::jump_fcontext(to, data);
}
#endif

static size_t pageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

FiberStack::FiberStack(size_t wanted) {
  size_t page = pageSize();
  bytes = (wanted + page - 1) / page * page;
  void *memory = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    bytes = 0;
    return;
  }
  mprotect(memory, page, PROT_NONE);
  base = static_cast<char *>(memory) + page;
}

FiberStack::~FiberStack() {
  if (!base)
    return;
#ifdef SPARSEGPU_HAS_ASAN
  __asan_unpoison_memory_region(base, bytes);
#endif
  munmap(base - pageSize(), bytes + pageSize());
}

FiberStack::FiberStack(FiberStack &&other) noexcept
    : base(std::exchange(other.base, nullptr)),
      bytes(std::exchange(other.bytes, 0)) {}

FiberStack &FiberStack::operator=(FiberStack &&other) noexcept {
  std::swap(base, other.base);
  std::swap(bytes, other.bytes);
  return *this;
}

namespace {
/// What a switch hands over; lives on the stack that is being left.
struct Transfer {
  FiberContext *from;
  FiberContext *to;
};
} // namespace

/// The first thing a computation does after being switched to: keep where the
/// previous one stopped.
static Transfer arrive(transfer_t arrival, void *fakeStack) {
  Transfer transfer = *static_cast<Transfer *>(arrival.data);
  transfer.from->handle = arrival.fctx;
#ifdef SPARSEGPU_HAS_ASAN
  __sanitizer_finish_switch_fiber(fakeStack, &transfer.from->stackBottom,
                                  &transfer.from->stackSize);
#else
  (void)fakeStack;
#endif
  return transfer;
}

static void startFiber(transfer_t arrival) {
  Transfer transfer = arrive(arrival, nullptr);
  transfer.to->entry(transfer.to->argument);
  __builtin_trap(); // An entry never returns.
}

void sparsegpu::emulator::makeFiber(FiberContext &context,
                                    const FiberStack &stack, unsigned colour,
                                    void (*entry)(void *), void *argument) {
#ifdef SPARSEGPU_HAS_ASAN
  // An abandoned computation leaves its frames poisoned.
  __asan_unpoison_memory_region(stack.bottom(), stack.size());
#endif
  // Neighbours are several lines apart.
  size_t offset = colour * 9 % kStackColours * 64;
  context.handle = make_fcontext(stack.bottom() + stack.size() - offset,
                                 stack.size() - offset, startFiber);
  context.entry = entry;
  context.argument = argument;
  context.fakeStack = nullptr;
  context.stackBottom = stack.bottom();
  context.stackSize = stack.size();
}

void sparsegpu::emulator::switchFiber(FiberContext &from, FiberContext &to) {
#ifdef SPARSEGPU_HAS_ASAN
  __sanitizer_start_switch_fiber(&from.fakeStack, to.stackBottom, to.stackSize);
#endif
  Transfer transfer{&from, &to};
  arrive(sparsegpuJumpContext(to.handle, &transfer), from.fakeStack);
}
