//===- Counters.cpp - Adding and printing counters ------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counters.h"

#include "Format.h"

using namespace sparsegpu::emulator;

void sparsegpu::emulator::addCounters(LaunchCounters &to,
                                      const LaunchCounters &from) {
  std::vector<uint64_t> values;
  forEachCounter(from, [&](const auto &, uint64_t v) { values.push_back(v); });
  auto it = values.begin();
  forEachCounter(to, [&](const auto &, uint64_t &v) { v += *it++; });
  for (auto &[name, count] : from.matrixOperations) {
    MatrixCounter &sum = to.matrixOperations[name];
    sum.operations += count.operations;
    sum.flops += count.flops;
    sum.usefulFlops += count.usefulFlops;
  }
}

static JSONValue toArray(const Dim3 &d) {
  return JSONValue::array({uint64_t(d.x), uint64_t(d.y), uint64_t(d.z)});
}

/// The member behind a name with dots.
static JSONValue &memberAt(JSONValue &object, const std::string &name) {
  size_t dot = name.find('.');
  if (dot == std::string::npos)
    return object[name];
  JSONValue &member = object[name.substr(0, dot)];
  if (!member.isObject())
    member = JSONValue::object();
  return memberAt(member, name.substr(dot + 1));
}

static JSONValue toRatios(const LaunchCounters &counters) {
  JSONValue ratios = JSONValue::object();
  ratios["activeLanes"] = JSONValue::real(counters.activeLanes());
  std::pair<const char *, const GlobalTraffic *> traffic[] = {
      {"globalLoad", &counters.globalLoads},
      {"globalStore", &counters.globalStores},
      {"globalAtomic", &counters.globalAtomics},
      {"globalAsync", &counters.globalAsync}};
  for (auto &[name, t] : traffic) {
    if (!t->requests)
      continue;
    ratios[std::string(name) + "Efficiency"] = JSONValue::real(t->efficiency());
    ratios[std::string(name) + "Rereads"] = JSONValue::real(t->rereads());
  }
  return ratios;
}

JSONValue sparsegpu::emulator::toJSONValue(const LaunchCounters &counters) {
  JSONValue object = JSONValue::object();
  object["kernel"] = std::string_view(counters.kernel);
  object["grid"] = toArray(counters.grid);
  object["block"] = toArray(counters.block);
  object["staticShared"] = uint64_t(counters.staticShared);
  object["dynamicShared"] = uint64_t(counters.dynamicShared);
  forEachCounter(counters, [&](const std::string &name, uint64_t value) {
    memberAt(object, name) = value;
  });
  JSONValue matrix = JSONValue::object();
  for (auto &[name, counter] : counters.matrixOperations) {
    JSONValue entry = JSONValue::object();
    entry["operations"] = counter.operations;
    entry["flops"] = counter.flops;
    entry["usefulFlops"] = counter.usefulFlops;
    matrix[name] = entry;
  }
  object["matrixOperations"] = matrix;
  object["ratios"] = toRatios(counters);
  return object;
}

JSONValue sparsegpu::emulator::toJSONValue(const Hazard &hazard) {
  JSONValue object = JSONValue::object();
  object["kind"] = std::string_view(hazard.kind);
  object["kernel"] = std::string_view(hazard.kernel);
  object["block"] = toArray(hazard.block);
  object["thread"] = toArray(hazard.thread);
  object["address"] = std::string_view(toHex(hazard.address));
  object["location"] = std::string_view(hazard.location);
  object["message"] = std::string_view(hazard.message);
  if (!hazard.other.what.empty()) {
    JSONValue other = JSONValue::object();
    other["what"] = std::string_view(hazard.other.what);
    other["block"] = toArray(hazard.other.block);
    other["thread"] = toArray(hazard.other.thread);
    other["location"] = std::string_view(hazard.other.location);
    object["other"] = std::move(other);
  }
  return object;
}

std::string LaunchCounters::toJSON() const {
  return toJSONValue(*this).print();
}
