//===- Fiber.h - Execution contexts with their own stacks -------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thin layer over Boost.Context's assembler routines (`make_fcontext`,
// `jump_fcontext`). `boost::context::fiber` itself destroys a suspended fiber
// by throwing through its stack; ours hold frames of compiled kernels, which
// have no unwind tables, and the project is built without exceptions. A
// suspended FiberContext is simply dropped: nothing on its stack owns anything.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_FIBER_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_FIBER_H

#include <cstddef>

namespace sparsegpu::emulator {

/// A stack with an inaccessible page below it.
class FiberStack {
public:
  FiberStack() = default;
  explicit FiberStack(size_t bytes);
  ~FiberStack();
  FiberStack(FiberStack &&other) noexcept;
  FiberStack &operator=(FiberStack &&other) noexcept;

  char *bottom() const { return base; }
  size_t size() const { return bytes; }
  bool contains(const void *pointer) const {
    auto *p = static_cast<const char *>(pointer);
    return p >= base && p < base + bytes;
  }

private:
  char *base = nullptr;
  size_t bytes = 0;
};

/// A suspended computation, or the place where a running one will be kept.
struct FiberContext {
  void *handle = nullptr;
  void (*entry)(void *) = nullptr;
  void *argument = nullptr;
  // For AddressSanitizer, which has to know on which stack it is.
  void *fakeStack = nullptr;
  const void *stackBottom = nullptr;
  size_t stackSize = 0;
};

/// Makes `context` a computation that calls `entry(argument)`, which must never
/// return, when it is first switched to. Stacks begin at page boundaries, so
/// the hot ends of many would compete for the same sets of the cache; fibers of
/// different `colour` begin at different lines.
void makeFiber(FiberContext &context, const FiberStack &stack, unsigned colour,
               void (*entry)(void *), void *argument);

/// Bytes of a stack that its colour may take.
constexpr size_t kStackColours = 64;
constexpr size_t kColourBytes = kStackColours * 64;

/// Suspends the running computation in `from` and continues `to`.
void switchFiber(FiberContext &from, FiberContext &to);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_FIBER_H
