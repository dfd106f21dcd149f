//===- Options.cpp - Options as text --------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Emulator.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static Status invalid(StringRef item, StringRef why) {
  return Status::error(formatv("option '{0}': {1}", item, why).str());
}

static bool parseFlag(StringRef value, bool &flag) {
  if (value.empty() || value == "1" || value == "true" || value == "on")
    flag = true;
  else if (value == "0" || value == "false" || value == "off")
    flag = false;
  else
    return false;
  return true;
}

Status Options::parse(const std::string &text, Options &options) {
  Options result = options;
  SmallVector<StringRef> items;
  StringRef(text).split(items, ',', -1, /*KeepEmpty=*/false);
  for (StringRef raw : items) {
    StringRef item = raw.trim();
    auto [key, value] = item.split('=');
    if (item.empty())
      continue;
    if (key == "seed") {
      if (value.getAsInteger(10, result.seed))
        return invalid(item, "the seed is a number");
    } else if (key == "workers") {
      if (value.getAsInteger(10, result.workers))
        return invalid(item, "the workers are a number");
    } else if (key == "schedule") {
      if (value == "adversarial")
        result.schedule = Schedule::Adversarial;
      else if (value == "lockstep")
        result.schedule = Schedule::Lockstep;
      else
        return invalid(item, "the schedule is adversarial or lockstep");
    } else if (key == "counters") {
      // counters=FILE also names where they go.
      if (!parseFlag(value, result.counters)) {
        result.counters = true;
        result.countersFile = value.str();
      }
    } else if (key == "hazards") {
      if (!parseFlag(value, result.hazards))
        return invalid(item, "hazards takes no value");
    } else {
      return invalid(item, "unknown; there are seed, schedule, counters, "
                           "hazards and workers");
    }
  }
  options = result;
  return Status::success();
}
