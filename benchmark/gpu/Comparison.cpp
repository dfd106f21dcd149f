//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ours against the baselines of a case, and what all cases say together.
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "Statistics.h"

#include <cstdio>

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

json summarizeClocks(const json &cases) {
  json summary = json::object();
  for (const char *clock : {"sm_mhz", "memory_mhz"}) {
    std::vector<double> readings;
    for (const json &entry : cases)
      for (const json &contender : entry.value("contenders", json::array()))
        for (L2State state : {L2State::Warm, L2State::Cold})
          if (contender.contains(name(state)) &&
              contender[name(state)].contains(clock) &&
              contender[name(state)][clock].is_number())
            readings.push_back(contender[name(state)][clock].get<double>());
    summary[clock] = nullptr;
    if (!readings.empty())
      summary[clock] = {{"min", quantile(readings, 0)},
                        {"median", quantile(readings, 0.5)},
                        {"max", quantile(readings, 1)},
                        {"readings", readings.size()}};
  }
  return summary;
}

std::string describeCase(const json &object) {
  std::string line = object["name"].get<std::string>() + ": ";
  if (object.contains("error"))
    return line + "error: " + object["error"].get<std::string>();
  const json &ours = object["contenders"][0];
  line += "ours " + ours["state"].get<std::string>();
  if (ours.contains("reason"))
    line += " (" + ours["reason"].get<std::string>() + ")";
  int right = 0, wrong = 0, refused = 0;
  for (size_t i = 1; i < object["contenders"].size(); ++i) {
    std::string state = object["contenders"][i]["state"];
    right += state == "ok";
    wrong += state == "wrong";
    refused += state == "refused";
  }
  char text[256];
  for (const char *state : {"warm", "cold"})
    if (ours.contains(state) && object.contains("ratio") &&
        object["ratio"].contains(state)) {
      std::snprintf(text, sizeof(text), ", %s %.4f ms, %.2f x %s", state,
                    ours[state]["median_ms"].get<double>(),
                    object["ratio"][state].get<double>(),
                    object["best_baseline"][state].get<std::string>().c_str());
      line += text;
    }
  return line + "; baselines " + std::to_string(right) + " ok, " +
         std::to_string(wrong) + " wrong, " + std::to_string(refused) +
         " refused";
}

} // namespace sparsegpu::gpubench
