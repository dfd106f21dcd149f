//===- Bytes.h - Large arrays of bytes
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_BYTES_H
#define SPARSEGPU_SUPPORT_BYTES_H

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace sparsegpu {

/// `bytes` bytes, all zero, aligned for every type; large arrays ask for large
/// pages. The system hands out memory that is zero already: nothing is written
/// here, and a page is not there before something is stored in it. Throws
/// std::bad_alloc.
void *allocateZeroed(size_t bytes);
/// The same with contents that are not known.
void *allocateUnset(size_t bytes);
/// Gives back what either of them gave.
void freeBytes(void *memory);

/// Lets a vector take memory as allocateZeroed gives it, or allocateUnset where
/// its maker says that it writes all of it, and adds elements without a write
/// where no value is given.
template <typename T> struct ZeroedAllocator {
  using value_type = T;

  bool zeroed = true;

  ZeroedAllocator() = default;
  explicit ZeroedAllocator(bool zeroed) : zeroed(zeroed) {}
  template <typename U>
  ZeroedAllocator(const ZeroedAllocator<U> &other) : zeroed(other.zeroed) {}
  /// A copy of a vector is one like any other.
  ZeroedAllocator select_on_container_copy_construction() const { return {}; }

  T *allocate(size_t count) {
    if (count > static_cast<size_t>(-1) / sizeof(T))
      throw std::bad_alloc();
    size_t bytes = count * sizeof(T);
    return static_cast<T *>(zeroed ? allocateZeroed(bytes)
                                   : allocateUnset(bytes));
  }
  void deallocate(T *memory, size_t) { freeBytes(memory); }

  template <typename U> void construct(U *) {}
  template <typename U, typename... Args>
  void construct(U *at, Args &&...args) {
    ::new (static_cast<void *>(at)) U(std::forward<Args>(args)...);
  }

  bool operator==(const ZeroedAllocator &) const { return true; }
  bool operator!=(const ZeroedAllocator &) const { return false; }
};

/// Bytes that are zero when the vector takes new memory: Bytes(n) and
/// resize(n) of an empty one. resize() within the capacity brings back what was
/// there before.
using Bytes = std::vector<std::byte, ZeroedAllocator<std::byte>>;

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_BYTES_H
