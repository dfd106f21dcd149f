//===- Status.h - Success or one message ------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How functions inside the library tell each other what failed, and where a
// failure goes when it leaves the library.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_CUDA_STATUS_H
#define SPARSEGPU_RUNTIME_CUDA_STATUS_H

#include <string>
#include <utility>

namespace sparsegpu::cuda {

/// Success, or one message for the user.
class [[nodiscard]] Status {
public:
  static Status success() { return Status(); }
  static Status error(std::string message) {
    Status status;
    status.text = std::move(message);
    status.failed = true;
    return status;
  }

  bool ok() const { return !failed; }
  const std::string &message() const { return text; }

  /// The same failure, with what was being done in front of it.
  Status during(const std::string &what) && {
    if (failed)
      text = what + ": " + text;
    return std::move(*this);
  }

private:
  std::string text;
  bool failed = false;
};

/// Ends a function that returns a Status when `expression` is not a success.
#define SPARSEGPU_TRY(expression)                                              \
  do {                                                                         \
    if (::sparsegpu::cuda::Status tried = (expression); !tried.ok())           \
      return tried;                                                            \
  } while (false)

/// The failure of a `mgpu...` function: calls the error handler, or without one
/// prints a line and ends the process with status 1.
void fail(const std::string &message);

/// Returns whether `status` is a success, and calls fail if it is not.
bool check(const Status &status);

/// The handler behind sparsegpuRuntimeSetErrorHandler.
void setErrorHandler(void (*handler)(const char *, void *), void *userData);

/// What went wrong in a `sparsegpuRuntime...` function of this thread.
void setLastError(const std::string &message);
const char *lastError();

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_RUNTIME_CUDA_STATUS_H
