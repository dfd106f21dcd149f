//===- Parallel.cpp - Loops over several threads
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/Parallel.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

using namespace sparsegpu;

void sparsegpu::parallelFor(int64_t count, int64_t grain, unsigned threads,
                            const std::function<void(int64_t, int64_t)> &body) {
  if (count <= 0)
    return;
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
  int64_t pieces = (count - 1) / grain + 1;
  threads = static_cast<unsigned>(std::min<int64_t>(threads, pieces));

  std::atomic<int64_t> nextPiece{0};
  auto work = [&] {
    for (;;) {
      int64_t piece = nextPiece.fetch_add(1, std::memory_order_relaxed);
      if (piece >= pieces)
        return;
      int64_t begin = piece * grain;
      body(begin, begin + std::min(grain, count - begin));
    }
  };
  std::vector<std::thread> helpers;
  try {
    helpers.reserve(threads);
    for (unsigned i = 1; i < threads; ++i)
      helpers.emplace_back(work);
  } catch (const std::system_error &) {
    // No more threads.
  } catch (const std::bad_alloc &) {
    // No memory for one.
  }
  work();
  for (std::thread &helper : helpers)
    helper.join();
}
