//===- Counters.cpp - Adding and printing counters ------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counters.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace sparsegpu::emulator;
namespace json = llvm::json;

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

static json::Value toArray(const Dim3 &d) { return json::Array{d.x, d.y, d.z}; }

json::Value sparsegpu::emulator::toJSONValue(const LaunchCounters &counters) {
  json::Object object;
  object["kernel"] = json::fixUTF8(counters.kernel);
  object["grid"] = toArray(counters.grid);
  object["block"] = toArray(counters.block);
  object["staticShared"] = counters.staticShared;
  object["dynamicShared"] = counters.dynamicShared;
  forEachCounter(counters, [&](const char *name, uint64_t value) {
    object[name] = value;
  });
  return object;
}

json::Value sparsegpu::emulator::toJSONValue(const Hazard &hazard) {
  return json::Object{{"kind", hazard.kind},
                      {"kernel", json::fixUTF8(hazard.kernel)},
                      {"block", toArray(hazard.block)},
                      {"thread", toArray(hazard.thread)},
                      {"address", llvm::formatv("{0:x}", hazard.address).str()},
                      {"location", json::fixUTF8(hazard.location)},
                      {"message", json::fixUTF8(hazard.message)}};
}

std::string sparsegpu::emulator::printJSON(json::Value value) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv("{0:2}", value);
  return text;
}

std::string LaunchCounters::toJSON() const {
  return printJSON(toJSONValue(*this));
}
