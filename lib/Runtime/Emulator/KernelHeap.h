//===- KernelHeap.h - Memory that kernels allocate ------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_KERNELHEAP_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_KERNELHEAP_H

#include <cstdint>
#include <map>
#include <mutex>

namespace sparsegpu::emulator {

/// What malloc and free of all kernels have handed out: it lives until it is
/// freed, by whichever launch (CUDA C++ programming guide, "Dynamic global
/// memory allocation"). Hazards let accesses to it pass; races on it are not
/// looked for.
class KernelHeap {
public:
  static KernelHeap &get();

  /// Null when there is no memory.
  void *allocate(uint64_t bytes);
  /// Frees what allocate() gave; ends the process with a message for other
  /// pointers, null excepted.
  void free(void *pointer);
  /// Whether [address, address + bytes) is in one live piece.
  bool contains(uint64_t address, uint64_t bytes);

private:
  std::mutex mutex;
  std::map<uint64_t, uint64_t> pieces;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_KERNELHEAP_H
