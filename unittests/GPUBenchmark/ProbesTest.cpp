//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//

#include "Probes.h"
#include "Fixture.h"
#include "Vendor/CublasApi.h"

#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::gpubench;

namespace {
class ProbesTest : public GPUBenchmarkTest {};
} // namespace

TEST_F(ProbesTest, FactsComeFromTheRuntimeLibrary) {
  auto text = device.library.describeDevice();
  ASSERT_TRUE(text.ok());
  auto facts = DeviceFacts::parse(*text);
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_EQ(facts->name, "a GPU for tests");
  EXPECT_EQ(facts->chip, "sm_90");
  EXPECT_FALSE(facts->software);
  EXPECT_EQ(facts->l2Bytes, 4096);
  EXPECT_EQ(facts->clockHz, 1e9);
}

TEST(DeviceFacts, NullsAreUnknown) {
  auto facts = DeviceFacts::parse(
      R"({"runtime": "emulator", "name": "software GPU", "chip": null,
          "l2_bytes": null})");
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->software);
  EXPECT_EQ(facts->chip, "");
  EXPECT_EQ(facts->l2Bytes, 0);
  EXPECT_FALSE(DeviceFacts::parse("?").ok());
}

TEST_F(ProbesTest, RatesFollowFromTimes) {
  ContenderSet set = allContenders(search, {});
  auto facts = DeviceFacts::parse(*device.library.describeDevice());
  ProbeOptions probeOptions;
  probeOptions.matrixSize = 4;
  nlohmann::json details;
  Rates rates = probe(device, *facts, set.cublas.get(), probeOptions, details);
  // An eighth of the memory; the stand-in needs 1 ms for a copy and 0.5 ms for
  // an event, so 1.5 ms for what begins and ends with one.
  EXPECT_EQ(details["copy"]["bytes"], 1048576 / 8);
  EXPECT_NEAR(rates.copyBandwidth, 2.0 * 131072 / 1.5e-3, 1);
  EXPECT_EQ(details["l2"]["bytes"], 1024);
  EXPECT_GT(rates.l2Bandwidth, 0);
  for (const char *type : {"f16", "f32", "tf32", "f64"})
    EXPECT_GT(rates.matrixRate[type], 0) << type;
  EXPECT_EQ(details["matrix"]["f64"]["size"], 2);
  EXPECT_DOUBLE_EQ(rates.theoreticalFmaRate, 1e9 * 10 * 128 * 2);
  EXPECT_FALSE(details["f32_fma_theoretical"]["measured"]);
  EXPECT_EQ(liveBuffers(), buffersBefore);
}

TEST_F(ProbesTest, WhatFailsIsInTheDetails) {
  ContenderSet set = allContenders(search, {});
  setenv("SPARSEGPU_TEST_FAIL", "cublasGemmEx=15", 1);
  auto facts = DeviceFacts::parse(R"({"runtime": "cuda"})");
  ProbeOptions probeOptions;
  probeOptions.matrixSize = 4;
  probeOptions.copyBytes = 4096;
  nlohmann::json details;
  Rates rates = probe(device, *facts, set.cublas.get(), probeOptions, details);
  EXPECT_EQ(rates.matrixRate.size(), 0u);
  EXPECT_EQ(details["matrix"]["f16"]["error"],
            "cublasGemmEx: CUBLAS_STATUS_NOT_SUPPORTED (no)");
  EXPECT_EQ(details["l2"]["error"], "the size of the L2 cache is not known");
  EXPECT_EQ(rates.theoreticalFmaRate, 0);
}
