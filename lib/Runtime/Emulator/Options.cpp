//===- Options.cpp - Options as text --------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Emulator.h"

#include "Format.h"

#include <charconv>
#include <string_view>

using namespace sparsegpu::emulator;

static Status invalid(std::string_view item, std::string_view why) {
  return Status::error(formatText("option '{0}': {1}", item, why));
}

static std::string_view trim(std::string_view text) {
  constexpr const char *space = " \t\n\v\f\r";
  size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos)
    return "";
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

/// All of `text` as a decimal number.
template <typename T> static bool parseNumber(std::string_view text, T &value) {
  const char *end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, value);
  return !text.empty() && result.ec == std::errc() && result.ptr == end;
}

static bool parseFlag(std::string_view value, bool &flag) {
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
  for (std::string_view rest = text; !rest.empty();) {
    size_t comma = rest.find(',');
    std::string_view item = trim(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size()
                                                       : comma + 1);
    size_t equals = item.find('=');
    std::string_view key = item.substr(0, equals);
    std::string_view value =
        equals == std::string_view::npos ? "" : item.substr(equals + 1);
    if (item.empty())
      continue;
    if (key == "seed") {
      if (!parseNumber(value, result.seed))
        return invalid(item, "the seed is a number");
    } else if (key == "seeds") {
      if (!parseNumber(value, result.seeds) || result.seeds == 0)
        return invalid(item, "the seeds are a number above zero");
    } else if (key == "workers") {
      if (!parseNumber(value, result.workers))
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
        result.countersFile = std::string(value);
      }
    } else if (key == "hazards") {
      if (!parseFlag(value, result.hazards))
        return invalid(item, "hazards takes no value");
    } else {
      return invalid(item, "unknown; there are seed, seeds, schedule, "
                           "counters, hazards and workers");
    }
  }
  options = result;
  return Status::success();
}
