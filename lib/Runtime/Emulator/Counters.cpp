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

/// Calls `fn(name, value)` for each counter that is a sum over the launch.
template <typename Counters, typename Fn>
static void forEachCounter(Counters &c, Fn fn) {
  fn("threadInstructions", c.threadInstructions);
  fn("warpInstructions", c.warpInstructions);
  fn("globalLoadRequests", c.globalLoads.requests);
  fn("globalLoadSectors", c.globalLoads.sectors);
  fn("globalLoadBytes", c.globalLoads.bytes);
  fn("globalStoreRequests", c.globalStores.requests);
  fn("globalStoreSectors", c.globalStores.sectors);
  fn("globalStoreBytes", c.globalStores.bytes);
  fn("globalAtomicRequests", c.globalAtomics.requests);
  fn("globalAtomicSectors", c.globalAtomics.sectors);
  fn("globalAtomicBytes", c.globalAtomics.bytes);
  fn("sharedLoadRequests", c.sharedLoadRequests);
  fn("sharedLoadBytes", c.sharedLoadBytes);
  fn("sharedStoreRequests", c.sharedStoreRequests);
  fn("sharedStoreBytes", c.sharedStoreBytes);
  fn("sharedAtomicRequests", c.sharedAtomicRequests);
  fn("barriers", c.barriers);
  fn("warpBarriers", c.warpBarriers);
  fn("shuffles", c.shuffles);
  fn("votes", c.votes);
}

void sparsegpu::emulator::addCounters(LaunchCounters &to,
                                      const LaunchCounters &from) {
  std::vector<uint64_t> values;
  forEachCounter(from, [&](const char *, uint64_t v) { values.push_back(v); });
  auto it = values.begin();
  forEachCounter(to, [&](const char *, uint64_t &v) { v += *it++; });
}

static JSONValue toArray(const Dim3 &d) {
  return JSONValue::array({uint64_t(d.x), uint64_t(d.y), uint64_t(d.z)});
}

JSONValue sparsegpu::emulator::toJSONValue(const LaunchCounters &counters) {
  JSONValue object = JSONValue::object();
  object["kernel"] = std::string_view(counters.kernel);
  object["grid"] = toArray(counters.grid);
  object["block"] = toArray(counters.block);
  object["staticShared"] = uint64_t(counters.staticShared);
  object["dynamicShared"] = uint64_t(counters.dynamicShared);
  forEachCounter(counters, [&](const char *name, uint64_t value) {
    object[name] = value;
  });
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
