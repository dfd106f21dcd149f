//===- Streams.h - Runs the work of all streams --------------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stream with work has a thread of a pool, from the call that issues it on.
// Where each launch is run under many seeds nothing is run until somebody
// waits: then all that was issued is run as one, again and again, because
// kernels that wait for each other have to be repeated together.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAMS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAMS_H

#include "Stream.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace sparsegpu::emulator {

/// Runs launches for Streams.
class LaunchRunner {
public:
  virtual ~LaunchRunner() = default;
  /// Runs one launch, under all of its seeds, and keeps what it found.
  virtual Status runLaunch(LaunchTask &task) = 0;
  /// The same for launches that run beside each other; `runAll(trial)` runs all
  /// of them once.
  virtual Status
  runTogether(const std::vector<LaunchTask *> &tasks,
              const std::function<Status(uint64_t trial)> &runAll) = 0;
  /// One of them.
  virtual Status runOnce(LaunchTask &task, uint64_t trial) = 0;
};

/// Functions return the failure that the caller has to hear of.
class Streams {
public:
  explicit Streams(LaunchRunner &runner) : runner(runner) {}
  ~Streams();

  Stream *create();
  /// Forgets the handle; what the stream has to do is done all the same.
  Status destroy(Stream *stream);
  bool isLive(Stream *stream);
  Status issue(Stream *stream, Work work, bool deferred = false);
  /// Issues a launch in a stream of its own and waits.
  Status runNow(std::shared_ptr<LaunchTask> task, bool deferred);

  /// Waits for what the stream was issued before; null: what all streams were.
  Status wait(Stream *stream);
  Status wait(const std::shared_ptr<Marker> &marker);
  /// Waits for everything; failures are kept for others.
  void drain();
  bool isReached(const Marker &marker);

private:
  using Lock = std::unique_lock<std::mutex>;
  using StreamPtr = std::shared_ptr<Stream>;
  /// The part of a group that one stream has.
  struct Part {
    StreamPtr stream;
    std::vector<Work> work;
  };
  using RunLaunch = std::function<Status(LaunchTask &)>;

  /// While the calling thread runs work. Handlers of hazards are called then,
  /// and must not wait for themselves.
  static thread_local bool isWorking;
  struct WorkScope {
    WorkScope() : before(isWorking) { isWorking = true; }
    ~WorkScope() { isWorking = before; }
    bool before;
  };

  StreamPtr find(Stream *stream);
  void add(const StreamPtr &stream, Work work, bool deferred);
  void threadMain();
  void runQueue(Stream &stream, Lock &lock);
  void runWork(Stream &stream, Work &work, const RunLaunch &run, Lock &lock);
  void runDeferred(Lock &lock);
  void runGroup(std::vector<Part> &parts, Lock &lock);
  void runParts(std::vector<Part> &parts, const RunLaunch &run, Lock &lock);
  void waitForAll(Lock &lock);
  void fail(Stream &stream, std::shared_ptr<Failure> failure);
  std::shared_ptr<Failure> firstFailure();
  void forgetIdle();
  static Status report(const std::shared_ptr<Failure> &failure);

  LaunchRunner &runner;
  std::mutex mutex;
  /// Work was done; there is work for the pool.
  std::condition_variable changed, wake;
  std::map<Stream *, StreamPtr> live;
  /// Those with a handle, and those that have work or an unreported failure.
  std::vector<StreamPtr> all;
  /// Kernels that run and may wait for others.
  std::vector<LaunchTask *> polling;
  std::deque<StreamPtr> runnable;
  unsigned idleThreads = 0;
  bool inGroup = false, stopping = false;
  std::vector<std::thread> pool;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_STREAMS_H
