//===- Stream.h - What a stream has to do --------------------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work of a stream runs in the order in which it was issued, beside that of
// other streams: kernels of two streams may wait for each other.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAM_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAM_H

#include "LaunchTask.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>

namespace sparsegpu::emulator {

/// Why the work of a stream could not go on. Streams that wait for one that
/// failed share it; it is reported once.
struct Failure {
  Status status;
  /// Of the launch.
  uint64_t number = 0;
  bool reported = false;
};

/// A place in a stream that an event was recorded at.
struct Marker {
  using Clock = std::chrono::steady_clock;
  bool reached = false;
  Clock::time_point time;
  /// Of the stream, when it got there.
  std::shared_ptr<Failure> failure;
};

/// One piece of work; one of the members is set.
struct Work {
  std::shared_ptr<LaunchTask> launch;
  /// Writes memory.
  std::function<void()> transfer;
  std::shared_ptr<Marker> record, wait;
};

/// Guarded by the mutex of Streams.
class Stream {
public:
  /// Not yet begun.
  std::deque<Work> queue;
  /// Pieces of work that were issued, and that are done.
  uint64_t issued = 0, finished = 0;
  /// A thread runs the queue, or is about to.
  bool active = false;
  /// Not run before somebody waits for it.
  bool deferred = false;
  std::shared_ptr<Failure> failure;

  bool hasFailed() const { return failure && !failure->reported; }
};

/// What the handle of an event stands for.
class Event {
public:
  /// Whether it was made to be asked for its time.
  bool timed = false;
  /// Where it was last recorded.
  std::shared_ptr<Marker> marker;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAM_H
