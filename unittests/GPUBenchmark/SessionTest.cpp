//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//
// A whole run over a small bundle, with a stand-in for each library and for the
// compiled program: what the report holds, resuming, stopping.
//
//===----------------------------------------------------------------------===//

#include "Session.h"
#include "Fixture.h"

#include "SparseGPU/Support/FileIO.h"

#include <filesystem>
#include <fstream>

using namespace sparsegpu;
using namespace sparsegpu::gpubench;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {
class SessionTest : public GPUBenchmarkTest {
protected:
  void SetUp() override {
    GPUBenchmarkTest::SetUp();
    std::string pattern =
        (fs::temp_directory_path() / "sparsegpu-session-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    fs::copy(std::string(SPARSEGPU_FAKE_LIBRARIES) + "/libfake_program.so",
             folder / "program.so");
    writeIndices("positions", {0, 2, 3, 3, 5});
    writeIndices("coordinates", {0, 5, 2, 1, 7});
    json cases = json::array(), list = json::array();
    for (int64_t n : {4, 8}) {
      std::string name = "case-n" + std::to_string(n);
      cases.push_back(bundleCase(name, n));
      list.push_back({{"name", name},
                      {"operation", "spmm"},
                      {"matrix", "small"},
                      {"format", "csr"},
                      {"type", "f32"},
                      {"n", n}});
    }
    write("manifest.json", {{"sparsegpu_bundle", 1},
                            {"producer", "a test"},
                            {"programs", json::array({program()})},
                            {"cases", cases}});
    write("benchmark.json", {{"sparsegpu_benchmark", 1}, {"cases", list}});
    session.bundle = folder;
    session.json = folder / "report.json";
    session.libraryPath = SPARSEGPU_FAKE_LIBRARIES;
    session.testLibraries = true;
    session.measure = options;
    session.probe.matrixSize = 4;
    session.probe.copyBytes = 4096;
  }
  void TearDown() override {
    fs::remove_all(folder);
    GPUBenchmarkTest::TearDown();
  }

  void write(const char *file, const json &value) {
    std::ofstream(folder / file) << value.dump(1);
  }
  void writeIndices(const char *file, std::vector<int32_t> values) {
    std::ofstream(folder / file, std::ios::binary)
        .write(reinterpret_cast<const char *>(values.data()),
               std::streamsize(values.size() * sizeof(int32_t)));
  }

  static json program() {
    auto buffer = [](const char *name, const char *element, int rank) {
      return json{{"name", name},
                  {"kind", "buffer"},
                  {"rank", rank},
                  {"element", element}};
    };
    return {{"id", "p"},
            {"entry", "spmm"},
            {"symbol", "fake_spmm"},
            {"operands", "device"},
            {"source", "none"},
            {"schedule", ""},
            {"cuda_library", "program.so"},
            {"emulator_library", "program.so"},
            {"parameters",
             {buffer("A.positions", "i32", 1),
              buffer("A.coordinates", "i32", 1), buffer("A.values", "f32", 1),
              buffer("B", "f32", 2), buffer("C", "f32", 2)}},
            {"results", {{{"name", "D"}, {"element", "f32"}, {"rank", 2}}}},
            {"chips", {"sm_90"}}};
  }

  static json bundleCase(const std::string &name, int64_t n) {
    auto random = [](const char *parameter, std::vector<int64_t> shape) {
      return json{{"parameter", parameter},
                  {"shape", shape},
                  {"seed", 5},
                  {"fill", "random"}};
    };
    return {
        {"name", name},
        {"program", "p"},
        {"buffers",
         {{{"parameter", "A.positions"}, {"shape", {5}}, {"file", "positions"}},
          {{"parameter", "A.coordinates"},
           {"shape", {5}},
           {"file", "coordinates"}},
          random("A.values", {5}),
          random("B", {8, n}),
          random("C", {4, n})}},
        {"scalars", json::array()},
        {"matrices",
         {{{"argument", "A"},
           {"source", "small"},
           {"format", "csr"},
           {"rows", 4},
           {"columns", 8},
           {"nonzeros", 5},
           {"bytes", 60}}}},
        {"expected", json::array()}};
  }

  Expected<SessionResult> run() {
    ::testing::internal::CaptureStderr();
    Expected<SessionResult> result =
        runSession(session, device.library, interrupted);
    log = ::testing::internal::GetCapturedStderr();
    Expected<std::string> text = readFile(session.json);
    report = text ? json::parse(*text) : json();
    return result;
  }

  fs::path folder;
  SessionOptions session;
  std::atomic<bool> interrupted{false};
  std::string log;
  json report;
};
} // namespace

TEST_F(SessionTest, ACompleteReport) {
  auto result = run();
  ASSERT_TRUE(result.ok()) << result.message();
  EXPECT_EQ(result->end, SessionEnd::Complete);
  EXPECT_EQ(result->cases, 2);
  EXPECT_EQ(result->failures, 0) << report.dump(1);
  EXPECT_TRUE(report["complete"]);
  EXPECT_TRUE(report["timed"]);
  EXPECT_GT(report["probes"]["copy"]["gb_per_s"], 0);
  ASSERT_EQ(report["cases"].size(), 2u);
  const json &entry = report["cases"][1];
  EXPECT_EQ(entry["name"], "case-n8");
  EXPECT_EQ(entry["nonzeros"], 5);
  EXPECT_EQ(entry["flops"], 2 * 5 * 8);
  // Five columns of A are used.
  EXPECT_EQ(entry["compulsory_bytes"], 5 * 4 + 5 * 8 + 5 * 8 * 4 + 4 * 8 * 4);
  EXPECT_GT(entry["bound"]["cold"]["ms"], 0);
  EXPECT_GT(entry["ratio"]["warm"], 0);
  const json &ours = entry["contenders"][0];
  EXPECT_EQ(ours["name"], "SparseGPU");
  EXPECT_EQ(ours["state"], "ok");
  EXPECT_EQ(ours["cold"]["samples_ms"].size(), options.repeats);
  EXPECT_FALSE(fs::exists(session.json + ".running"));
  EXPECT_NE(log.find("case-n4: ours ok, warm "), std::string::npos) << log;
  EXPECT_EQ(report["summary"]["warm"]["cases"], 2);
  EXPECT_NE(
      log.find("cold: the best baseline's time over ours, geometric mean"),
      std::string::npos)
      << log;
}

TEST_F(SessionTest, WrongResultsOfOursCount) {
  // C keeps what it had: a program that writes nothing must not pass.
  setenv("SPARSEGPU_TEST_FAIL", "fake_spmm=lazy", 1);
  auto result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->failures, 2);
  const json &entry = report["cases"][0];
  EXPECT_EQ(entry["contenders"][0]["state"], "wrong");
  EXPECT_TRUE(entry["ratio"].empty());
  EXPECT_FALSE(entry["best_baseline"].empty());
}

TEST_F(SessionTest, ResumeKeepsCompleteCases) {
  session.filters = {"n4"};
  ASSERT_TRUE(run().ok());
  ASSERT_EQ(report["cases"].size(), 1u);
  json before = report["cases"][0];
  // A process ended in this contender of the second case.
  std::ofstream(session.json + ".running") << "case-n8\ncuSPARSE CSR_ALG2\n";
  session.filters.clear();
  session.resume = true;
  auto result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->cases, 2);
  EXPECT_EQ(report["cases"][0], before);
  for (const json &contender : report["cases"][1]["contenders"])
    if (contender["name"] == "cuSPARSE CSR_ALG2") {
      EXPECT_EQ(contender["state"], "refused");
      EXPECT_EQ(contender["reason"],
                "an earlier process, or its device, ended in it");
    }
}

TEST_F(SessionTest, ResumeDoesNotWriteOverWhatItCannotContinue) {
  ASSERT_TRUE(run().ok());
  json good = report;
  session.resume = true;
  using Change = std::pair<const char *, json>;
  for (const auto &[place, value] :
       {Change{"/cases", 5}, Change{"/cases/0", 5},
        Change{"/cases/0/complete", 1}, Change{"/cases/0/name", 1},
        Change{"/cases/0/contenders", json::array()}, Change{"/lost", nullptr},
        Change{"/lost", {1}}, Change{"/date", 1},
        Change{"/device/name", "another"}}) {
    json changed = good;
    changed[json::json_pointer(place)] = value;
    std::ofstream(session.json) << changed;
    EXPECT_FALSE(run().ok()) << place;
    std::ifstream file(session.json);
    EXPECT_EQ(json::parse(file), changed) << place;
  }
  std::ofstream(session.json) << "text";
  EXPECT_FALSE(runSession(session, device.library, interrupted).ok());
}

TEST_F(SessionTest, AnInterruptionLeavesAReport) {
  interrupted = true;
  auto result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, SessionEnd::Stopped);
  EXPECT_FALSE(report["complete"]);
  EXPECT_EQ(report["cases"].size(), 0u);
}

TEST_F(SessionTest, ALostDeviceEndsTheProcessAndTheNextOneContinues) {
  // 6 is CSR_ALG2.
  setenv("SPARSEGPU_TEST_LOSE_DEVICE_IN", "6", 1);
  auto result = run();
  unsetenv("SPARSEGPU_TEST_LOSE_DEVICE_IN");
  unsetenv("SPARSEGPU_TEST_DEVICE_LOST");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, SessionEnd::DeviceLost);
  ASSERT_EQ(report["cases"].size(), 1u);
  EXPECT_FALSE(report["cases"][0]["complete"]);
  EXPECT_EQ(report["cases"][0]["contenders"].back()["name"],
            "cuSPARSE CSR_ALG2");

  session.resume = true;
  result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, SessionEnd::Complete);
  ASSERT_EQ(report["cases"].size(), 2u);
  auto stateOf = [&](int index) {
    for (const json &contender : report["cases"][index]["contenders"])
      if (contender["name"] == "cuSPARSE CSR_ALG2")
        return contender["state"].get<std::string>();
    return std::string();
  };
  EXPECT_EQ(stateOf(0), "refused");
  EXPECT_EQ(stateOf(1), "ok");
}

TEST_F(SessionTest, TheTimeLimitStopsBetweenCases) {
  session.maxSeconds = 1e-9;
  auto result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, SessionEnd::Stopped);
  EXPECT_FALSE(report["complete"]);
}

TEST_F(SessionTest, ACaseThatCannotBeLoadedIsReported) {
  fs::remove(folder / "coordinates");
  auto result = run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->failures, 2);
  std::string error = report["cases"][0]["error"];
  EXPECT_NE(error.find("coordinates"), std::string::npos) << error;
}

TEST_F(SessionTest, OperandsMustFitTheOperation) {
  json list = {{"sparsegpu_benchmark", 1},
               {"cases", json::array({{{"name", "case-n4"},
                                       {"operation", "sddmm"},
                                       {"matrix", "small"},
                                       {"format", "csr"},
                                       {"type", "f32"},
                                       {"n", 4}}})}};
  write("benchmark.json", list);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(report["cases"][0]["error"], "the program has no operand 'X'");
  list["cases"][0]["operation"] = "transpose";
  write("benchmark.json", list);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(report["cases"][0]["error"],
            "'transpose' is no operation that this benchmark knows");
  list["cases"][0]["operation"] = "spmm";
  list["cases"][0]["type"] = "f64";
  write("benchmark.json", list);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(report["cases"][0]["error"],
            "operand 'A' holds f32, the case says f64");
}
