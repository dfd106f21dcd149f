//===- EmulatorBenchmark.cpp - What the software GPU costs ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints one line for each measurement: the best of some runs. With names as
// arguments, runs only these.
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

using namespace sparsegpu::emulator;

static double processorSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

Benchmark::Time Benchmark::timeOf(const std::function<void()> &fn) {
  Time time;
  double before = processorSeconds();
  auto start = std::chrono::steady_clock::now();
  fn();
  time.wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  time.processor = processorSeconds() - before;
  return time;
}

double Benchmark::seconds(const std::function<void()> &fn, unsigned runs) {
  double best = 1e30;
  for (unsigned i = 0; i < runs; ++i)
    best = std::min(best, timeOf(fn).wall);
  return best;
}

void Benchmark::compare(const std::string &name,
                        std::vector<std::string> options,
                        const std::function<void()> &fn, double unit,
                        double count, const char *unitName) {
  std::vector<Time> best(options.size());
  // The first round compiles.
  for (unsigned round = 0; round < 6; ++round)
    for (size_t i = 0; i < options.size(); ++i) {
      configure(options[i]);
      Time time = timeOf(fn);
      if (!round)
        continue;
      best[i].wall = std::min(best[i].wall, time.wall);
      best[i].processor = std::min(best[i].processor, time.processor);
    }
  for (size_t i = 0; i < options.size(); ++i)
    std::printf("%s, %-27s %8.2f %s by the clock, %8.2f of processors, "
                "%5.2fx\n",
                name.c_str(), options[i].c_str(), best[i].wall / unit / count,
                unitName, best[i].processor / unit / count,
                best[i].processor / best[0].processor);
  EXPECT_TRUE(device.hazards().empty()) << device.hazards().front().message;
}

int main(int argc, char **argv) {
  struct Entry {
    const char *name;
    void (Benchmark::*run)();
  };
  const Entry entries[] = {{"first-launch", &Benchmark::firstLaunch},
                           {"barriers", &Benchmark::barriers},
                           {"blocks", &Benchmark::emptyBlocks},
                           {"spmm", &Benchmark::spmm},
                           {"parallel", &Benchmark::parallel},
                           {"tiled", &Benchmark::tiledMatmul},
                           {"matrices", &Benchmark::matrices},
                           {"matmul", &Benchmark::matmul}};
  std::vector<std::string> wanted(argv + 1, argv + argc);
  for (const std::string &name : wanted)
    if (std::none_of(std::begin(entries), std::end(entries),
                     [&](const Entry &entry) { return entry.name == name; })) {
      std::fprintf(stderr, "error: there is no measurement '%s'; there are:",
                   name.c_str());
      for (const Entry &entry : entries)
        std::fprintf(stderr, " %s", entry.name);
      std::fprintf(stderr, "\n");
      return 2;
    }
  Benchmark benchmark;
  for (const Entry &entry : entries)
    if (wanted.empty() ||
        std::find(wanted.begin(), wanted.end(), entry.name) != wanted.end())
      (benchmark.*entry.run)();
  return ::testing::Test::HasFailure();
}
