//===- Executor.cpp - Runs the blocks of a launch on all cores ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"

#include "BlockRunner.h"
#include "FaultHandler.h"

#include <algorithm>

using namespace sparsegpu::emulator;

Executor::Executor() : ownRunner(std::make_unique<BlockRunner>()) {}

Executor::~Executor() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  for (std::thread &thread : pool)
    thread.join();
}

void Executor::workerMain(unsigned index) {
  BlockRunner runner;
  ThreadFaultStack faultStack;
  uint64_t seen = 0;
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    wake.wait(lock, [&] {
      return stopping || (generation != seen && index < wanted);
    });
    if (stopping)
      return;
    seen = generation;
    Launch *launch = current;
    lock.unlock();
    runner.run(*launch);
    lock.lock();
    if (--busy == 0)
      done.notify_one();
  }
}

void Executor::run(Launch &launch, unsigned workers) {
  if (workers == 0)
    workers = std::max(1u, std::thread::hardware_concurrency());
  workers = std::min<uint64_t>({workers, 256, launch.numBlocks});
  {
    std::lock_guard<std::mutex> lock(mutex);
    while (pool.size() + 1 < workers) {
      unsigned index = pool.size();
      pool.emplace_back([this, index] { workerMain(index); });
    }
    current = &launch;
    wanted = workers - 1;
    busy = wanted;
    ++generation;
  }
  if (workers > 1)
    wake.notify_all();
  {
    FaultHandlerScope faults;
    ThreadFaultStack faultStack;
    ownRunner->run(launch);
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock, [&] { return busy == 0; });
    current = nullptr;
  }
  if (launch.variant.log)
    launch.tally.finish(*launch.code, launch.counters);
}

void ExecutorPool::run(Launch &launch, unsigned workers) {
  std::unique_ptr<Executor> executor;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!idle.empty()) {
      executor = std::move(idle.back());
      idle.pop_back();
    }
  }
  if (!executor)
    executor = std::make_unique<Executor>();
  executor->run(launch, workers);
  std::lock_guard<std::mutex> lock(mutex);
  idle.push_back(std::move(executor));
}
