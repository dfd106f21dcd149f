//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/ScheduleReport.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

using namespace sparsegpu::costmodel;

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
static std::string format(const char *pattern, ...) {
  char buffer[512];
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(buffer, sizeof(buffer), pattern, values);
  va_end(values);
  return buffer;
}

static std::string number(uint64_t value) { return std::to_string(value); }

std::string sparsegpu::costmodel::toText(const ContractionShape &shape) {
  std::string text = shape.batch > 1 ? number(shape.batch) + " x " : "";
  text += number(shape.m) + "x" + number(shape.n) + "x" + number(shape.k) +
          " " + nameOf(shape.type);
  if (shape.bitsA != bitsOf(shape.type))
    text += ", A of " + number(shape.bitsA) + " bits";
  if (shape.bitsB != bitsOf(shape.type))
    text += ", B of " + number(shape.bitsB) + " bits";
  if (shape.transposedA)
    text += ", A transposed";
  if (shape.transposedB)
    text += ", B transposed";
  return text + ", C " + number(shape.bitsC) + " bits, accumulators " +
         number(shape.bitsAccumulator) + " bits";
}

/// Whether a block hides the loads of the level by itself, with what else is on
/// the SM, or not.
static const char *hiddenText(const PipelineLevel &level, double residents) {
  if (level.hiddenBy(1))
    return "hidden";
  return level.hiddenBy(residents) ? "hidden by what else is on the SM"
                                   : "latency is seen";
}

static std::string levelLine(const char *name, const PipelineLevel &level,
                             double residents, const char *sharers) {
  return format("  %-11s %.0f cycles to load, %.0f to use, %.0f steps, %.0f "
                "stages, %.3g %s: %s\n",
                name, level.load, level.use, level.steps, level.stages,
                residents, sharers, hiddenText(level, residents));
}

static std::string occupancyLine(const Prediction &p) {
  return format("  occupancy   %u blocks, %u warps of a SM (%.0f %%), limit: "
                "%s; %u threads, about %u registers, %llu bytes shared\n",
                p.occupancy.blocks, p.occupancy.warps, 100 * p.occupancy.share,
                p.occupancy.limit, p.schedule.threads(), p.registers.total(),
                static_cast<unsigned long long>(p.sharedBytes));
}

static std::string waveLine(const TargetDescription &target,
                            const Prediction &p) {
  double perWave = double(p.occupancy.blocks) * target.numSMs;
  std::string text = format("  waves       %.0f blocks, %.0f at a time: %.0f "
                            "full waves",
                            p.counts.blocks, perWave, p.fullWaves);
  if (p.tail.blocks > 0)
    text += format(", a tail of %.0f blocks (%.0f %% of a wave, %.0f %% of the "
                   "time)",
                   p.tail.blocks, 100 * p.tail.blocks / perWave,
                   100 * p.tail.cycles() / p.cycles);
  else
    text += ", no tail";
  return text + "\n";
}

std::string sparsegpu::costmodel::summary(const Prediction &p) {
  return toText(p.schedule) + ": about " + format("%.1f us", p.microseconds) +
         " by the model, bound by " + nameOf(p.bound);
}

std::string sparsegpu::costmodel::explain(const TargetDescription &target,
                                          const ContractionShape &shape,
                                          const Prediction &p) {
  double bound = lowerBoundCycles(target, shape);
  std::string text = "  schedule    " + toText(p.schedule) + "\n";
  text += format("  time        %.1f us, estimated; no GPU has confirmed it; "
                 "the lower bound is %.1f us (%.0f %%)\n",
                 p.microseconds, bound / (1000 * target.clockGHz),
                 p.cycles > 0 ? 100 * bound / p.cycles : 0);
  text += std::string("  bound by    ") + nameOf(p.bound) + "\n";
  text += occupancyLine(p) + waveLine(target, p);
  const WaveTerms &wave = p.mainWave();
  text +=
      levelLine("shared", wave.stages, wave.stages.parallel, "blocks in turn");
  text += levelLine("registers", wave.fragments, wave.residentWarps,
                    "warps in turn");
  text += format("  per stage   %.0f cycles of use by all blocks of a SM; L2 "
                 "%.0f, DRAM %.0f, shared memory %.0f, issue %.0f\n",
                 wave.all, wave.l2, wave.dram, wave.shared, wave.issue);
  text += format("  per wave    prologue %.0f, main loop %.0f, epilogue %.0f "
                 "cycles\n",
                 wave.prologue, wave.main, wave.epilogue);
  if (p.splitSum > 0)
    text +=
        format("  split       %.0f cycles to sum %llu parts of K\n", p.splitSum,
               static_cast<unsigned long long>(p.counts.splits));
  return text;
}

static std::string otherLine(const char *name, const Prediction &best,
                             const std::optional<Prediction> &other) {
  if (!other)
    return "";
  double slower = 100 * (other->cycles / best.cycles - 1);
  return format("  %-11s %.2f %% %s: ", name, std::abs(slower),
                slower < 0 ? "faster" : "slower") +
         toText(other->schedule) + "\n";
}

std::string sparsegpu::costmodel::explain(const TargetDescription &target,
                                          const ContractionShape &shape,
                                          const ScheduleChoice &choice) {
  std::string text = toText(shape) + " on " + std::string(target.name) + "\n" +
                     explain(target, shape, choice.best);
  text += otherLine("nearest", choice.best, choice.runnerUp);
  text += otherLine("other tile", choice.best, choice.otherTile);
  text += "  chosen from " + number(choice.ranked) +
          " schedules of a space of " + number(choice.points);
  std::string refused;
  for (const auto &[rule, count] : choice.refused)
    refused += (refused.empty() ? "" : ", ") + rule + " " + number(count);
  if (!refused.empty())
    text += "; refused by " + refused;
  return text + "\n";
}

std::string sparsegpu::costmodel::toTable(const std::vector<Prediction> &ranked,
                                          size_t count) {
  std::string text = "rank        us  slower  blocks  regs  shared  bound by"
                     "                        schedule\n";
  for (size_t i = 0; i < std::min(count, ranked.size()); ++i) {
    const Prediction &p = ranked[i];
    text += format("%4zu %9.1f %5.1f %% %7u %5u %7llu  %-31s ", i + 1,
                   p.microseconds, 100 * (p.cycles / ranked.front().cycles - 1),
                   p.occupancy.blocks, p.registers.total(),
                   static_cast<unsigned long long>(p.sharedBytes),
                   nameOf(p.bound)) +
            toText(p.schedule) + "\n";
  }
  return text;
}
