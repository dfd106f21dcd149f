//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One contender in one problem:
//
// 1. whether it applies
// 2. preparation, twice: the first loads kernels, the second is what it costs
// 3. output and result memory filled with NaN, one run, check of all elements
// 4. only what is right is timed, warm and cold, by the same function for all
//
//===----------------------------------------------------------------------===//

#include "Measurement.h"

#include "Statistics.h"

#include <nlohmann/json.hpp>

#include <cmath>

using nlohmann::json;

namespace sparsegpu::gpubench {

using bundle::L2State;

const char *name(L2State state) {
  return state == L2State::Warm ? "warm" : "cold";
}

const bundle::Timing *Measurement::find(L2State state) const {
  for (const bundle::Timing &timing : timings)
    if (timing.l2 == state)
      return &timing;
  return nullptr;
}

/// Prepares, and waits until it is done.
static Status prepareOnce(Contender &contender, Problem &problem,
                          Preparation &preparation) {
  Status status = contender.prepare(problem, preparation);
  if (status)
    status = problem.device.library.synchronize(problem.device.stream);
  return status;
}

static Status prepareTwice(Contender &contender, Problem &problem,
                           Measurement &measurement) {
  Preparation first(problem.device);
  if (Status status = prepareOnce(contender, problem, first); !status)
    return status;
  measurement.firstPreparationMilliseconds = first.totalMilliseconds();
  contender.release();
  Preparation second(problem.device);
  if (Status status = prepareOnce(contender, problem, second); !status)
    return status;
  measurement.preparation = second.steps();
  measurement.preparationMilliseconds = second.totalMilliseconds();
  return Status::success();
}

static Status runAndCheck(Contender &contender, Problem &problem,
                          Measurement &measurement) {
  if (Status poisoned = problem.poisonOutput(); !poisoned)
    return poisoned;
  if (Status ran = contender.run(); !ran)
    return ran;
  if (Status done = problem.device.library.synchronize(problem.device.stream);
      !done)
    return done;
  Expected<HostResult> result = contender.result(problem);
  if (!result)
    return result.takeError();
  Expected<CheckResult> check = problem.check(*result);
  if (!check)
    return check.takeError();
  measurement.check = *check;
  return Status::success();
}

static Status time(Contender &contender, Problem &problem,
                   const MeasureOptions &options, Measurement &measurement) {
  for (L2State state : options.states) {
    bundle::TimingOptions timing;
    timing.repeats = options.repeats;
    timing.warmup = options.warmup;
    timing.l2 = state;
    timing.l2Bytes = options.l2Bytes;
    Expected<bundle::Timing> measured =
        bundle::measure(problem.device.library, problem.device.stream, timing,
                        [&] { return contender.run(); });
    if (!measured)
      return measured.takeError();
    measurement.timings.push_back(std::move(*measured));
  }
  return Status::success();
}

Measurement measureContender(Contender &contender, Problem &problem,
                             const MeasureOptions &options) {
  Measurement measurement;
  measurement.contender = contender.name();
  if (std::optional<std::string> reason = contender.whyNot(problem)) {
    measurement.reason = *reason;
    return measurement;
  }
  Status status = prepareTwice(contender, problem, measurement);
  if (status)
    status = runAndCheck(contender, problem, measurement);
  bool right = measurement.check && measurement.check->passed();
  if (status && right && options.timed)
    status = time(contender, problem, options, measurement);
  // An error that a kernel left behind belongs to this contender.
  if (Status left = problem.device.library.synchronize(problem.device.stream);
      status && !left)
    status = std::move(left);
  contender.release();

  if (!status) {
    measurement.state = Measurement::State::Refused;
    measurement.reason = status.message();
    measurement.timings.clear();
  } else if (!right) {
    measurement.state = Measurement::State::Wrong;
    const CheckResult &check = *measurement.check;
    measurement.reason = "element (" + std::to_string(check.row) + ", " +
                         std::to_string(check.col) + ") is " +
                         std::to_string(check.got) + " instead of " +
                         std::to_string(check.expected);
  } else {
    measurement.state = Measurement::State::Measured;
  }
  return measurement;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has neither NaN nor infinity.
static json number(double value) {
  if (std::isfinite(value))
    return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

static const char *name(Measurement::State state) {
  switch (state) {
  case Measurement::State::Measured:
    return "ok";
  case Measurement::State::NotApplicable:
    return "not applicable";
  case Measurement::State::Refused:
    return "refused";
  case Measurement::State::Wrong:
    return "wrong";
  }
  return "";
}

json toJSON(const Measurement &measurement) {
  json result = {{"name", measurement.contender},
                 {"state", name(measurement.state)}};
  if (!measurement.reason.empty())
    result["reason"] = measurement.reason;
  if (measurement.check) {
    const CheckResult &check = *measurement.check;
    result["check"] = {{"passed", check.passed()},
                       {"worst_ratio", number(check.worstRatio)},
                       {"row", check.row},
                       {"column", check.col},
                       {"got", number(check.got)},
                       {"expected", number(check.expected)},
                       {"bound", number(check.bound)}};
  }
  if (measurement.timings.empty())
    return result;
  json steps = json::array();
  for (const Preparation::Step &step : measurement.preparation)
    steps.push_back({{"name", step.name}, {"ms", step.milliseconds}});
  result["preprocessing"] = {
      {"steps", steps},
      {"ms", measurement.preparationMilliseconds},
      {"first_ms", measurement.firstPreparationMilliseconds}};
  for (const bundle::Timing &timing : measurement.timings)
    result[name(timing.l2)] = {{"samples_ms", timing.milliseconds},
                               {"calls_per_sample", timing.callsPerSample},
                               {"median_ms", timing.median()},
                               {"p10_ms", timing.quantile(0.1)},
                               {"p90_ms", timing.quantile(0.9)}};
  return result;
}

} // namespace sparsegpu::gpubench
