//===- StreamGroups.cpp - Streams under many seeds ------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Streams.h"

#include <algorithm>

using namespace sparsegpu::emulator;

void Streams::runDeferred(Lock &lock) {
  changed.wait(lock, [&] { return !inGroup; });
  std::vector<Part> parts;
  for (const StreamPtr &stream : all) {
    if (!stream->deferred)
      continue;
    stream->deferred = false;
    parts.push_back({stream, {stream->queue.begin(), stream->queue.end()}});
    stream->queue.clear();
  }
  if (parts.empty())
    return;
  inGroup = true;
  WorkScope scope;
  if (parts.size() == 1) {
    // One launch after another, each with trials of its own.
    runParts(
        parts, [&](LaunchTask &task) { return runner.runLaunch(task); }, lock);
  } else {
    runGroup(parts, lock);
  }
  for (Part &part : parts)
    part.stream->finished += part.work.size();
  inGroup = false;
  changed.notify_all();
}

/// Each part on a thread of its own, the first on this one.
void Streams::runParts(std::vector<Part> &parts, const RunLaunch &run,
                       Lock &lock) {
  auto runPart = [&](Part &part, Lock &held) {
    for (Work &work : part.work)
      runWork(*part.stream, work, run, held);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < parts.size(); ++i)
    threads.emplace_back([&, i] {
      Lock own(mutex);
      runPart(parts[i], own);
    });
  runPart(parts.front(), lock);
  lock.unlock();
  for (std::thread &thread : threads)
    thread.join();
  lock.lock();
}

void Streams::runGroup(std::vector<Part> &parts, Lock &lock) {
  std::vector<LaunchTask *> tasks;
  std::vector<std::shared_ptr<Failure>> before;
  for (Part &part : parts) {
    before.push_back(part.stream->failure);
    for (Work &work : part.work)
      if (work.launch)
        tasks.push_back(work.launch.get());
  }
  std::sort(tasks.begin(), tasks.end(),
            [](LaunchTask *a, LaunchTask *b) { return a->number < b->number; });
  if (tasks.empty())
    return runParts(parts, {}, lock);
  auto runAll = [&](uint64_t trial) {
    lock.lock();
    for (size_t i = 0; i < parts.size(); ++i) {
      parts[i].stream->failure = before[i];
      for (Work &work : parts[i].work)
        if (work.record)
          work.record->reached = false;
    }
    runParts(
        parts, [&](LaunchTask &task) { return runner.runOnce(task, trial); },
        lock);
    Status status = Status::success();
    for (Part &part : parts)
      if (part.stream->hasFailed())
        status = part.stream->failure->status;
    lock.unlock();
    return status;
  };
  lock.unlock();
  Status status = runner.runTogether(tasks, runAll);
  lock.lock();
  bool isKnown = std::any_of(parts.begin(), parts.end(), [](const Part &part) {
    return part.stream->hasFailed();
  });
  if (status.ok() || isKnown)
    return;
  // The results differ: a failure of the stream with the first launch.
  auto failure = std::make_shared<Failure>();
  failure->status = status;
  failure->number = tasks.front()->number;
  for (Part &part : parts)
    for (Work &work : part.work)
      if (work.launch.get() == tasks.front())
        part.stream->failure = failure;
}
