//===- Streams.cpp - Runs the work of all streams -------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Streams.h"

#include <algorithm>

using namespace sparsegpu::emulator;

thread_local bool Streams::isWorking = false;

Streams::~Streams() {
  drain();
  {
    Lock lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  for (std::thread &thread : pool)
    thread.join();
}

//===----------------------------------------------------------------------===//
// Handles
//===----------------------------------------------------------------------===//

Stream *Streams::create() {
  auto stream = std::make_shared<Stream>();
  Lock lock(mutex);
  live[stream.get()] = stream;
  all.push_back(stream);
  return stream.get();
}

bool Streams::isLive(Stream *stream) {
  Lock lock(mutex);
  return live.count(stream);
}

Streams::StreamPtr Streams::find(Stream *stream) {
  auto it = live.find(stream);
  return it == live.end() ? nullptr : it->second;
}

static Status noStream() {
  return Status::error("the stream does not exist, or not any more");
}

Status Streams::destroy(Stream *stream) {
  Lock lock(mutex);
  if (!live.erase(stream))
    return noStream();
  forgetIdle();
  return Status::success();
}

void Streams::forgetIdle() {
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const StreamPtr &stream) {
                             return !live.count(stream.get()) &&
                                    stream->finished == stream->issued &&
                                    !stream->hasFailed();
                           }),
            all.end());
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

void Streams::add(const StreamPtr &stream, Work work, bool deferred) {
  stream->queue.push_back(std::move(work));
  ++stream->issued;
  if (stream->active || stream->deferred)
    return;
  if (deferred) {
    stream->deferred = true;
    return;
  }
  stream->active = true;
  runnable.push_back(stream);
  if (idleThreads >= runnable.size())
    wake.notify_one();
  else
    pool.emplace_back([this] { threadMain(); });
}

Status Streams::issue(Stream *handle, Work work, bool deferred) {
  Lock lock(mutex);
  StreamPtr stream = find(handle);
  if (!stream)
    return noStream();
  add(stream, std::move(work), deferred);
  return Status::success();
}

Status Streams::runNow(std::shared_ptr<LaunchTask> task, bool deferred) {
  auto stream = std::make_shared<Stream>();
  Lock lock(mutex);
  all.push_back(stream);
  Work work;
  work.launch = std::move(task);
  if (deferred) {
    add(stream, std::move(work), true);
    runDeferred(lock);
  } else {
    stream->queue.push_back(std::move(work));
    ++stream->issued;
    runQueue(*stream, lock);
  }
  std::shared_ptr<Failure> failure = stream->failure;
  Status status = report(failure);
  forgetIdle();
  return status;
}

void Streams::threadMain() {
  Lock lock(mutex);
  while (true) {
    ++idleThreads;
    wake.wait(lock, [&] { return stopping || !runnable.empty(); });
    --idleThreads;
    if (runnable.empty())
      return;
    StreamPtr stream = std::move(runnable.front());
    runnable.pop_front();
    runQueue(*stream, lock);
    stream->active = false;
    forgetIdle();
  }
}

void Streams::runQueue(Stream &stream, Lock &lock) {
  WorkScope scope;
  while (!stream.queue.empty()) {
    Work work = std::move(stream.queue.front());
    stream.queue.pop_front();
    runWork(
        stream, work, [&](LaunchTask &task) { return runner.runLaunch(task); },
        lock);
    ++stream.finished;
    changed.notify_all();
  }
}

void Streams::runWork(Stream &stream, Work &work, const RunLaunch &run,
                      Lock &lock) {
  if (work.record) {
    work.record->reached = true;
    work.record->time = Marker::Clock::now();
    work.record->failure = stream.failure;
    changed.notify_all();
    return;
  }
  if (work.wait) {
    changed.wait(lock, [&] { return work.wait->reached; });
    if (!stream.hasFailed())
      stream.failure = work.wait->failure;
    return;
  }
  if (stream.hasFailed())
    return;
  if (work.transfer) {
    lock.unlock();
    work.transfer();
    lock.lock();
    return;
  }
  LaunchTask &task = *work.launch;
  bool polls = task.kernel().pollsMemory;
  if (polls) {
    // What it waits for may never come.
    if (std::shared_ptr<Failure> failure = firstFailure()) {
      stream.failure = failure;
      return;
    }
    polling.push_back(&task);
  }
  lock.unlock();
  Status status = run(task);
  lock.lock();
  if (polls)
    polling.erase(std::find(polling.begin(), polling.end(), &task));
  if (status.ok())
    return;
  std::shared_ptr<Failure> cause =
      task.isCancelled() ? firstFailure() : nullptr;
  if (!cause) {
    cause = std::make_shared<Failure>();
    cause->status = status;
    cause->number = task.number;
  }
  fail(stream, cause);
}

/// As on a GPU, nothing that runs outlives a kernel that failed, if it may wait
/// for it.
void Streams::fail(Stream &stream, std::shared_ptr<Failure> failure) {
  stream.failure = std::move(failure);
  for (LaunchTask *task : polling)
    task->cancel();
}

std::shared_ptr<Failure> Streams::firstFailure() {
  std::shared_ptr<Failure> first;
  for (const StreamPtr &stream : all)
    if (stream->hasFailed() &&
        (!first || stream->failure->number < first->number))
      first = stream->failure;
  return first;
}

Status Streams::report(const std::shared_ptr<Failure> &failure) {
  if (!failure || failure->reported)
    return Status::success();
  failure->reported = true;
  return failure->status;
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

Status Streams::wait(Stream *handle) {
  if (isWorking)
    return Status::success();
  Lock lock(mutex);
  if (!handle) {
    waitForAll(lock);
    Status status = report(firstFailure());
    forgetIdle();
    return status;
  }
  StreamPtr stream = find(handle);
  if (!stream)
    return noStream();
  uint64_t goal = stream->issued;
  runDeferred(lock);
  changed.wait(lock, [&] { return stream->finished >= goal; });
  return report(stream->failure);
}

Status Streams::wait(const std::shared_ptr<Marker> &marker) {
  if (isWorking)
    return Status::success();
  Lock lock(mutex);
  runDeferred(lock);
  changed.wait(lock, [&] { return marker->reached; });
  return report(marker->failure);
}

void Streams::waitForAll(Lock &lock) {
  std::vector<std::pair<StreamPtr, uint64_t>> goals;
  for (const StreamPtr &stream : all)
    goals.push_back({stream, stream->issued});
  runDeferred(lock);
  changed.wait(lock, [&] {
    return std::all_of(goals.begin(), goals.end(), [](const auto &goal) {
      return goal.first->finished >= goal.second;
    });
  });
}

void Streams::drain() {
  if (isWorking)
    return;
  Lock lock(mutex);
  waitForAll(lock);
}

bool Streams::isReached(const Marker &marker) {
  Lock lock(mutex);
  return marker.reached;
}
