//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//
// The order of preparation, check and timing, what is compared, and the JSON.
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include "Session.h"

using namespace sparsegpu;
using namespace sparsegpu::gpubench;
using formats::ElementType;
using nlohmann::json;

namespace {
/// Writes what the reference wants, at once, and remembers what was called.
class Scripted : public Contender {
public:
  std::string calls;
  bool writes = true;
  Status failure = Status::success();
  double preparationCost = 0;

  std::string name() const override { return "scripted"; }
  std::optional<std::string> whyNot(const Problem &) const override {
    return std::nullopt;
  }
  Status prepare(const Problem &problem, Preparation &preparation) override {
    calls += 'p';
    given = &problem;
    return preparation.step("nothing", [] { return Status::success(); });
  }
  Status run() override {
    calls += 'r';
    if (!failure)
      return failure;
    if (!writes)
      return Status::success();
    const auto &a = given->a;
    std::vector<double> c(a.rows * given->b.cols);
    for (int64_t row = 0; row < a.rows; ++row)
      for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e)
        for (int64_t j = 0; j < given->b.cols; ++j)
          c[row * given->b.cols + j] +=
              a.values[e] *
              given->b.values[a.coordinates[e] * given->b.cols + j];
    auto bytes = pack(c, given->type);
    return given->device.library.copyOnDevice(
        given->output.data(), bytes.data(), bytes.size(), nullptr);
  }
  void release() override { calls += 'x'; }

private:
  const Problem *given = nullptr;
};

class MeasurementTest : public GPUBenchmarkTest {};
} // namespace

TEST_F(MeasurementTest, PreparesTwiceChecksThenTimes) {
  auto problem = spmm(ElementType::F32);
  Scripted contender;
  options.repeats = 30;
  options.warmup = 2;
  Measurement measured = measureContender(contender, *problem, options);
  EXPECT_EQ(measured.state, Measurement::State::Measured);
  EXPECT_EQ(contender.calls.substr(0, 4), "pxpr");
  EXPECT_EQ(contender.calls.back(), 'x');
  ASSERT_EQ(measured.timings.size(), 2u);
  for (const bundle::Timing &timing : measured.timings)
    EXPECT_EQ(timing.milliseconds.size(), 30u);
  EXPECT_EQ(measured.preparation.size(), 1u);
}

TEST_F(MeasurementTest, ASoftwareGPUIsNotTimed) {
  auto problem = spmm(ElementType::F32);
  Scripted contender;
  options.timed = false;
  Measurement measured = measureContender(contender, *problem, options);
  EXPECT_EQ(measured.state, Measurement::State::Measured);
  EXPECT_EQ(contender.calls, "pxprx");
  json object = toJSON(measured);
  EXPECT_FALSE(object.contains("warm"));
  EXPECT_FALSE(object.contains("preprocessing"));
  EXPECT_TRUE(object["check"]["passed"]);
}

TEST_F(MeasurementTest, WhoWritesNothingIsWrong) {
  auto problem = spmm(ElementType::F64);
  Scripted contender, right;
  measureContender(right, *problem, options);
  // The right result of another contender lies in the output before.
  contender.writes = false;
  Measurement measured = measureContender(contender, *problem, options);
  EXPECT_EQ(measured.state, Measurement::State::Wrong);
  EXPECT_TRUE(measured.timings.empty());
  EXPECT_EQ(toJSON(measured)["check"]["worst_ratio"], "inf");
}

TEST_F(MeasurementTest, AFailureIsKeptWithItsReason) {
  auto problem = spmm(ElementType::F32);
  Scripted contender;
  contender.failure = Error("the device said no");
  Measurement measured = measureContender(contender, *problem, options);
  EXPECT_EQ(measured.state, Measurement::State::Refused);
  EXPECT_EQ(measured.reason, "the device said no");
  EXPECT_EQ(contender.calls.back(), 'x');
  EXPECT_EQ(toJSON(measured)["state"], "refused");
}

static Measurement timed(const char *name, double warm, double cold,
                         double preparation) {
  Measurement measurement;
  measurement.contender = name;
  measurement.state = Measurement::State::Measured;
  measurement.preparationMilliseconds = preparation;
  bundle::Timing timing;
  timing.milliseconds = {warm};
  measurement.timings.push_back(timing);
  timing.l2 = bundle::L2State::Cold;
  timing.milliseconds = {cold};
  measurement.timings.push_back(timing);
  return measurement;
}

TEST(Comparison, TheBestBaselineOfEachState) {
  std::vector<Measurement> all = {timed("SparseGPU", 2, 4, 0),
                                  timed("first", 3, 2, 10),
                                  timed("second", 1, 5, 3), Measurement()};
  json object = {{"contenders", json::array()}};
  for (const Measurement &measurement : all)
    object["contenders"].push_back(toJSON(measurement));
  compareContenders(all, object);
  EXPECT_EQ(object["best_baseline"]["warm"], "second");
  EXPECT_EQ(object["best_baseline"]["cold"], "first");
  EXPECT_EQ(object["ratio"]["warm"], 0.5);
  EXPECT_EQ(object["ratio"]["cold"], 0.5);
  const json &second = object["contenders"][2]["break_even"];
  EXPECT_EQ(second["runs_until_it_pays_against_ours"], 3);
  EXPECT_TRUE(second["runs_until_ours_pays_against_it"].is_null());
  const json &first = object["contenders"][1]["break_even"];
  EXPECT_TRUE(first["runs_until_it_pays_against_ours"].is_null());
  EXPECT_EQ(first["runs_until_ours_pays_against_it"], 0);
  EXPECT_FALSE(object["contenders"][3].contains("break_even"));
}

TEST(Comparison, NothingToCompare) {
  std::vector<Measurement> all(1);
  json object = {{"contenders", json::array({json::object()})}};
  compareContenders(all, object);
  EXPECT_TRUE(object["ratio"].empty());
}

TEST(Comparison, SummaryOfCases) {
  json cases = json::array();
  cases.push_back({{"ratio", {{"warm", 2.0}, {"cold", 0.5}}}});
  cases.push_back({{"ratio", {{"warm", 8.0}}}});
  cases.push_back({{"error", "not loaded"}});
  json summary = summarizeCases(cases);
  EXPECT_DOUBLE_EQ(summary["warm"]["geometric_mean"], 4);
  EXPECT_EQ(summary["warm"]["cases"], 2);
  EXPECT_EQ(summary["warm"]["below_1"], 0);
  EXPECT_EQ(summary["cold"]["below_1"], 1);
  EXPECT_TRUE(summarizeCases(json::array()).empty());
}
