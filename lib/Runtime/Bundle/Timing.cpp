//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Timing.h"

#include <algorithm>
#include <cmath>

using namespace sparsegpu;
using namespace sparsegpu::bundle;

double Timing::quantile(double q) const {
  std::vector<double> sorted = milliseconds;
  std::sort(sorted.begin(), sorted.end());
  double place = q * static_cast<double>(sorted.size() - 1);
  size_t below = static_cast<size_t>(place);
  size_t above = std::min(below + 1, sorted.size() - 1);
  double weight = place - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

namespace {
/// The two events of a sample.
class Stopwatch {
public:
  static Expected<Stopwatch> create(const RuntimeLibrary &library,
                                    void *stream) {
    Stopwatch watch(library, stream);
    for (void **event : {&watch.start, &watch.end}) {
      Expected<void *> created = library.createTimedEvent();
      if (!created)
        return created.takeError();
      *event = *created;
    }
    return watch;
  }
  Stopwatch(Stopwatch &&other) noexcept
      : library(other.library), stream(other.stream),
        start(std::exchange(other.start, nullptr)),
        end(std::exchange(other.end, nullptr)) {}
  ~Stopwatch() {
    library.destroyEvent(start);
    library.destroyEvent(end);
  }

  /// Milliseconds that `calls` calls of `call` take on the device.
  Expected<double> time(const std::function<Status()> &call, unsigned calls) {
    if (Status status = library.record(start, stream); !status)
      return status.takeError();
    for (unsigned i = 0; i < calls; ++i)
      if (Status status = call(); !status)
        return status.takeError();
    if (Status status = library.record(end, stream); !status)
      return status.takeError();
    if (Status status = library.synchronizeEvent(end); !status)
      return status.takeError();
    return library.elapsedMilliseconds(start, end);
  }

private:
  Stopwatch(const RuntimeLibrary &library, void *stream)
      : library(library), stream(stream) {}
  RuntimeLibrary library;
  void *stream;
  void *start = nullptr, *end = nullptr;
};
} // namespace

/// A warm sample lasts this long, so that the events' own cost does not count.
static constexpr double kSampleMilliseconds = 1;

Expected<Timing> bundle::measure(const RuntimeLibrary &library, void *stream,
                                 const TimingOptions &options,
                                 const std::function<Status()> &call,
                                 const std::function<Status()> &before) {
  Timing timing;
  timing.l2 = options.l2;
  Expected<Stopwatch> watch = Stopwatch::create(library, stream);
  if (!watch)
    return watch.takeError();
  DeviceBuffer flush;
  if (options.l2 == L2State::Cold) {
    uint64_t bytes = options.l2Bytes ? 2 * options.l2Bytes : 256u << 20;
    if (Status status = flush.reset(library, bytes); !status)
      return status.takeError();
  }
  auto prepare = [&](unsigned sample) -> Status {
    if (before)
      if (Status status = before(); !status)
        return status;
    if (options.l2 == L2State::Cold)
      return library.fill(flush.data(), sample, flush.size() / 4, stream);
    return Status::success();
  };
  double last = 0;
  // Once at least, to know how many calls make a sample.
  for (unsigned i = 0; i < std::max(options.warmup, 1u); ++i) {
    if (Status status = prepare(i); !status)
      return status.takeError();
    Expected<double> once = watch->time(call, 1);
    if (!once)
      return once.takeError();
    last = *once;
  }
  if (options.l2 == L2State::Warm && !before && last > 0) {
    double calls = std::ceil(kSampleMilliseconds / last);
    timing.callsPerSample = static_cast<unsigned>(
        std::clamp(calls, 1.0, std::max(1.0, double(options.callsPerSample))));
  }
  for (unsigned i = 0; i < options.repeats; ++i) {
    if (Status status = prepare(i); !status)
      return status.takeError();
    Expected<double> sample = watch->time(call, timing.callsPerSample);
    if (!sample)
      return sample.takeError();
    timing.milliseconds.push_back(*sample / timing.callsPerSample);
  }
  return timing;
}
