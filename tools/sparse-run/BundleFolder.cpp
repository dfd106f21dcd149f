//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BundleFolder.h"
#include "HostValue.h"

#include "llvm/Support/FileSystem.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace sparsegpu::run;

std::error_code sparsegpu::run::createBundleFolder(const std::string &path) {
  return llvm::sys::fs::create_directories(path, /*IgnoreExisting=*/true,
                                           llvm::sys::fs::all_all);
}

llvm::Expected<BundleLock> BundleLock::create(const std::string &folder) {
  std::error_code code = createBundleFolder(folder);
  int descriptor = -1;
  if (!code) {
    descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
      code = std::error_code(errno, std::generic_category());
  }
  if (code)
    return makeError("cannot create " + folder + ": " + code.message());
  while (flock(descriptor, LOCK_EX) < 0 && errno == EINTR)
    ;
  return BundleLock(descriptor);
}

BundleLock::~BundleLock() {
  if (descriptor >= 0)
    close(descriptor);
}
