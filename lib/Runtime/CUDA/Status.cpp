//===- Status.cpp - Where failures go -------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Status.h"

#include <cstdio>
#include <mutex>
#include <unistd.h>

using namespace sparsegpu::cuda;

namespace {
struct Handler {
  void (*function)(const char *, void *) = nullptr;
  void *userData = nullptr;
};
} // namespace

// Constant-initialised and trivially destroyed: usable before and after main,
// where the global constructors and destructors of host code call us.
static std::mutex mutex;
static Handler current;

static Handler getHandler() {
  std::lock_guard<std::mutex> lock(mutex);
  return current;
}

void sparsegpu::cuda::setErrorHandler(void (*handler)(const char *, void *),
                                      void *userData) {
  std::lock_guard<std::mutex> lock(mutex);
  current = {handler, userData};
}

void sparsegpu::cuda::fail(const std::string &message) {
  Handler handler = getHandler();
  if (handler.function)
    return handler.function(message.c_str(), handler.userData);
  // One write, so that lines of several threads do not mix. No destructors of
  // the host program: they would call the driver again.
  std::fflush(stdout);
  std::string line = "sparsegpu-cuda: error: " + message + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  _exit(1);
}

bool sparsegpu::cuda::check(const Status &status) {
  if (!status.ok())
    fail(status.message());
  return status.ok();
}

static std::string &lastErrorText() {
  // Never destroyed: libraries unload their modules after the thread's own
  // variables are gone.
  static thread_local auto *text = new std::string;
  return *text;
}

void sparsegpu::cuda::setLastError(const std::string &message) {
  lastErrorText() = message;
}

const char *sparsegpu::cuda::lastError() { return lastErrorText().c_str(); }
