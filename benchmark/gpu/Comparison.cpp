//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ours against the baselines of a case.
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "Statistics.h"

using nlohmann::json;

namespace sparsegpu::gpubench {

using bundle::L2State;

static json orNull(const std::optional<int64_t> &value) {
  return value ? json(*value) : json(nullptr);
}

void compareContenders(const std::vector<Measurement> &measurements,
                       json &object) {
  const Measurement &ours = measurements.front();
  object["best_baseline"] = json::object();
  object["ratio"] = json::object();
  for (L2State state : {L2State::Warm, L2State::Cold}) {
    const Measurement *best = nullptr;
    for (size_t i = 1; i < measurements.size(); ++i) {
      const bundle::Timing *timing = measurements[i].find(state);
      if (timing && (!best || timing->median() < best->find(state)->median()))
        best = &measurements[i];
    }
    if (!best)
      continue;
    object["best_baseline"][name(state)] = best->contender;
    if (const bundle::Timing *own = ours.find(state); own && own->median() > 0)
      object["ratio"][name(state)] =
          best->find(state)->median() / own->median();
  }

  // Break-even counts runs with a warm cache, the state of repeated use.
  const bundle::Timing *own = ours.find(L2State::Warm);
  if (!own)
    return;
  for (size_t i = 1; i < measurements.size(); ++i) {
    const Measurement &other = measurements[i];
    const bundle::Timing *timing = other.find(L2State::Warm);
    if (!timing)
      continue;
    json &entry = object["contenders"][i];
    entry["break_even"] = {
        {"runs_until_it_pays_against_ours",
         orNull(breakEven(other.preparationMilliseconds, timing->median(),
                          ours.preparationMilliseconds, own->median()))},
        {"runs_until_ours_pays_against_it",
         orNull(breakEven(ours.preparationMilliseconds, own->median(),
                          other.preparationMilliseconds, timing->median()))}};
  }
}

json summarizeCases(const json &cases) {
  json summary = json::object();
  for (L2State state : {L2State::Warm, L2State::Cold}) {
    std::vector<double> ratios;
    for (const json &entry : cases)
      if (entry.contains("ratio") && entry["ratio"].contains(name(state)))
        ratios.push_back(entry["ratio"][name(state)].get<double>());
    if (ratios.empty())
      continue;
    RatioSummary numbers = summarizeRatios(ratios);
    summary[name(state)] = {{"geometric_mean", numbers.geometricMean},
                            {"cases", numbers.count},
                            {"below_1", numbers.below}};
  }
  return summary;
}

} // namespace sparsegpu::gpubench
