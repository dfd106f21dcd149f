//===- Memory.h - Device memory and what is known of it ---------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MEMORY_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MEMORY_H

#include "SparseGPU/Runtime/Emulator.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sparsegpu::emulator {

/// A range that kernels may touch.
struct Allocation {
  uint64_t begin = 0;
  uint64_t end = 0;
  /// "allocation", "registered host memory", "module variable 'x'".
  std::string what;
  /// For each byte, whether something wrote it; null where that is not known.
  uint8_t *written = nullptr;
  /// The end of what was taken for it.
  uint64_t reserved = 0;
  bool contains(uint64_t address, uint64_t bytes) const {
    return address >= begin && address < end && bytes <= end - address;
  }
};

/// The live ranges, sorted by address; what a launch checks its accesses with.
using AllocationTable = std::vector<Allocation>;

/// Finds the range that holds the access, or null.
const Allocation *findAllocation(const AllocationTable &table, uint64_t address,
                                 uint64_t bytes);
/// Describes where `address` lies relative to the range nearest to it.
std::string describeNearest(const AllocationTable &table, uint64_t address);

class DeviceMemory {
public:
  ~DeviceMemory();

  /// `poison` fills the memory with bytes 0xff (NaN in every float type).
  void *allocate(size_t bytes, bool poison);
  Status free(void *pointer);
  void registerHost(void *pointer, size_t bytes);
  Status unregisterHost(void *pointer);
  /// An error if the range begins in an allocation and ends behind it.
  Status checkRange(const void *pointer, size_t bytes, const char *what) const;
  /// Whether all of it is memory of the device or registered.
  bool isKnown(const void *pointer, size_t bytes) const;
  AllocationTable snapshot() const;
  /// The range was written from outside of kernels; from `source`, if that is
  /// not null.
  void noteWritten(const void *pointer, const void *source, size_t bytes);

private:
  mutable std::mutex mutex;
  struct Owned {
    uint64_t bytes = 0;
    std::unique_ptr<uint8_t, void (*)(void *)> written{nullptr, ::free};
  };
  uint8_t *writtenAt(uint64_t address, uint64_t bytes) const;
  std::map<uint64_t, Owned> owned;
  /// Registrations nest: the same range may be registered several times.
  std::map<uint64_t, std::pair<uint64_t, unsigned>> registered;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MEMORY_H
