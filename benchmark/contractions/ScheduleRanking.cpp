//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How the cost model ranks the schedules of a dense product, and how long that
// takes.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/ScheduleReport.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>

using namespace sparsegpu::costmodel;

int main(int argc, char **argv) {
  CLI::App app("Ranks the schedules of C = A * B, f16 with sums in f32, by the "
               "analytic model of docs/CostModel.md. No GPU has confirmed it.");
  uint64_t m = 0, n = 0, k = 0, batch = 1;
  size_t count = 10;
  std::string chip = "sm_80";
  bool paper = false;
  app.add_option("M", m, "Rows of A and C")->required();
  app.add_option("N", n, "Columns of B and C")->required();
  app.add_option("K", k, "Columns of A, rows of B")->required();
  app.add_option("--batch", batch, "Products side by side");
  app.add_option("--chip", chip, "The GPU, sm_ and a number");
  app.add_option("--count", count, "How many lines to print");
  app.add_flag("--paper", paper, "ALCOP's space of 1,620 schedules only");
  CLI11_PARSE(app, argc, argv);
  if (m == 0 || n == 0 || k == 0 || batch == 0) {
    std::fprintf(stderr, "schedule-ranking: sizes are at least 1\n");
    return 1;
  }
  if (capabilityOf(chip) == 0) {
    std::fprintf(
        stderr, "schedule-ranking: --chip must be sm_ and a number, got '%s'\n",
        chip.c_str());
    return 1;
  }
  const TargetDescription &target = representativeOf(chip);
  ContractionShape shape = makeShape(MatrixType::F16, m, n, k, batch);
  auto begin = std::chrono::steady_clock::now();
  ScheduleList list =
      listSchedules(target, shape, paper ? paperSpace() : defaultSpace());
  std::vector<Prediction> ranked = rankSchedules(target, shape, list);
  std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - begin;
  std::printf("%s, %llu x %llux%llux%llu f16: %zu schedules of %zu ranked in "
              "%.0f ms\n%s",
              target.name.data(), static_cast<unsigned long long>(batch),
              static_cast<unsigned long long>(m),
              static_cast<unsigned long long>(n),
              static_cast<unsigned long long>(k), ranked.size(), list.points,
              took.count(), toTable(ranked, count).c_str());
  return 0;
}
