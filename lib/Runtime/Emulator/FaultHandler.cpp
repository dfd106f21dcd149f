//===- FaultHandler.cpp - Invalid addresses that kernels touch ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FaultHandler.h"

#include "BlockRunner.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unistd.h>

using namespace sparsegpu::emulator;

static constexpr size_t kStackBytes = 64 * 1024;
static const int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
static struct sigaction previousActions[4];
// Several devices may run kernels at the same time.
static std::mutex scopeMutex;
static unsigned scopeCount = 0;

/// Only formats and writes; the process is over.
static void onFault(int signal, siginfo_t *info, void *context) {
  BlockRunner *runner = activeRunner();
  const Thread *thread = runner ? runner->runningThread() : nullptr;
  if (!thread) {
    // Not ours: let it happen again with the previous action.
    for (unsigned i = 0; i < 4; ++i)
      sigaction(kSignals[i], &previousActions[i], nullptr);
    return;
  }
  char text[640];
  const char *what = signal == SIGFPE   ? "divides by zero"
                     : signal == SIGILL ? "executes an invalid instruction"
                                        : "touches an invalid address";
  int length = std::snprintf(
      text, sizeof(text),
      "sparsegpu-emulator: error: kernel '%.200s', block (%u,%u,%u), thread "
      "(%u,%u,%u): %s (%p); SPARSEGPU_EMULATOR=hazards checks every access\n",
      runner->launch().kernel->name.c_str(), thread->ctaid[0], thread->ctaid[1],
      thread->ctaid[2], thread->tid[0], thread->tid[1], thread->tid[2], what,
      info->si_addr);
  ssize_t written = write(STDERR_FILENO, text, length);
  (void)written;
  _exit(1);
}

FaultHandlerScope::FaultHandlerScope() {
  std::lock_guard<std::mutex> lock(scopeMutex);
  if (scopeCount++)
    return;
  struct sigaction action;
  std::memset(&action, 0, sizeof(action));
  action.sa_sigaction = onFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (unsigned i = 0; i < 4; ++i)
    sigaction(kSignals[i], &action, &previousActions[i]);
}

FaultHandlerScope::~FaultHandlerScope() {
  std::lock_guard<std::mutex> lock(scopeMutex);
  if (--scopeCount)
    return;
  for (unsigned i = 0; i < 4; ++i)
    sigaction(kSignals[i], &previousActions[i], nullptr);
}

struct ThreadFaultStack::Previous {
  stack_t stack;
  bool replaced = false;
};

ThreadFaultStack::ThreadFaultStack() : previous(std::make_unique<Previous>()) {
  sigaltstack(nullptr, &previous->stack);
  if (!(previous->stack.ss_flags & SS_DISABLE))
    return; // The program has one already.
  memory.reset(new char[kStackBytes]);
  stack_t stack;
  std::memset(&stack, 0, sizeof(stack));
  stack.ss_sp = memory.get();
  stack.ss_size = kStackBytes;
  previous->replaced = sigaltstack(&stack, nullptr) == 0;
}

ThreadFaultStack::~ThreadFaultStack() {
  if (previous->replaced)
    sigaltstack(&previous->stack, nullptr);
}
