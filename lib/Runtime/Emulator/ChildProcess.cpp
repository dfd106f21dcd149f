//===- ChildProcess.cpp - What may crash is tried in a child --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A child rather than signal handlers and a jump: code that has lost its way
// may have damaged the heap or hold a lock, may take all memory, or may not
// end.
//
//===----------------------------------------------------------------------===//

#include "ChildProcess.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sparsegpu::emulator;

/// Bytes of the address space that are in use; 0 if that cannot be told.
static uint64_t usedAddressSpace() {
  unsigned long pages = 0;
  FILE *file = std::fopen("/proc/self/statm", "re");
  if (!file)
    return 0;
  if (std::fscanf(file, "%lu", &pages) != 1)
    pages = 0;
  std::fclose(file);
  return uint64_t(pages) * uint64_t(sysconf(_SC_PAGESIZE));
}

static void limit(int resource, uint64_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0)
    return;
  limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
  setrlimit(resource, &limit);
}

/// Crashes are expected: they are silent, and leave no core file.
static void becomeExpendable(const ChildLimits &limits, uint64_t used) {
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGALRM,
                     SIGXCPU, SIGPIPE})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0)
    dup2(null, STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
  if (used)
    limit(RLIMIT_AS, used + limits.memoryBytes);
  alarm(6 * limits.seconds);
}

static void writeAll(int file, const std::string &text) {
  for (size_t at = 0; at < text.size();) {
    ssize_t written = write(file, text.data() + at, text.size() - at);
    if (written < 0 && errno != EINTR)
      return;
    at += written > 0 ? size_t(written) : 0;
  }
}

static std::string readAll(int file) {
  std::string text;
  char piece[512];
  while (true) {
    ssize_t size = read(file, piece, sizeof(piece));
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      return text;
    text.append(piece, size_t(size));
  }
}

std::optional<Status>
sparsegpu::emulator::callInChild(const std::function<Status()> &check,
                                 const ChildLimits &limits) {
  uint64_t used = usedAddressSpace();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Status::success();
  pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return Status::success();
  }
  if (child == 0) {
    close(ends[0]);
    becomeExpendable(limits, used);
    Status status = check();
    writeAll(ends[1], status.ok() ? "+" : "-" + status.message());
    _exit(0);
  }
  close(ends[1]);
  std::string answer = readAll(ends[0]);
  close(ends[0]);
  // If the program ignores SIGCHLD there is nobody to wait for.
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR)
    ;
  if (answer.empty())
    return std::nullopt;
  return answer[0] == '+' ? Status::success() : Status::error(answer.substr(1));
}
