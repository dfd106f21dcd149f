//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEFOLDER_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEFOLDER_H

#include "llvm/Support/Error.h"

#include <string>
#include <system_error>
#include <utility>

namespace sparsegpu::run {

/// Creates a folder, and those above it, that others may read as far as the
/// umask lets them: create_directories alone makes them 0770.
std::error_code createBundleFolder(const std::string &path);

/// While it lives no other process adds to the bundle: the manifest is read at
/// the start and written at the end. File systems without locks have none.
class BundleLock {
public:
  /// Waits for whoever has the lock; creates the folder if need be.
  static llvm::Expected<BundleLock> create(const std::string &folder);
  BundleLock(BundleLock &&other) noexcept
      : descriptor(std::exchange(other.descriptor, -1)) {}
  ~BundleLock();

private:
  explicit BundleLock(int descriptor) : descriptor(descriptor) {}
  int descriptor;
};

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEFOLDER_H
