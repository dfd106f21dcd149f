//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//
// Each baseline's sequence of calls, executed on stand-ins that insist on the
// documented order, and its result checked as in a real run.
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

#include <map>

using namespace sparsegpu;
using namespace sparsegpu::gpubench;
using formats::ElementType;

namespace {
class ContendersTest : public GPUBenchmarkTest {
protected:
  std::map<std::string, Measurement> runAll(Problem &problem,
                                            ContenderLimits limits = {}) {
    ContenderSet set = allContenders(search, limits);
    EXPECT_EQ(set.libraries.size(), 4u);
    for (const LibraryStatus &status : set.libraries)
      EXPECT_EQ(status.missing, "");
    std::map<std::string, Measurement> result;
    for (const auto &contender : set.contenders)
      result[contender->name()] =
          measureContender(*contender, problem, options);
    expectNothingLeft();
    return result;
  }
  void expectNothingLeft() {
    EXPECT_EQ(liveBuffers(), buffersBefore);
    for (const char *file : {"libcusparse.so.12", "libcublas.so.13",
                             "libcublasLt.so.13", "libcusparseLt.so.0"})
      EXPECT_EQ(liveObjects(file), 0) << file;
  }
  void expectMeasured(const Measurement &measurement) {
    EXPECT_EQ(measurement.state, Measurement::State::Measured)
        << measurement.contender << ": " << measurement.reason;
    EXPECT_EQ(measurement.timings.size(), 2u);
    ASSERT_TRUE(measurement.check.has_value());
    EXPECT_TRUE(measurement.check->passed());
  }
};
} // namespace

TEST_F(ContendersTest, SpMMInThreeTypes) {
  for (ElementType type :
       {ElementType::F32, ElementType::F16, ElementType::F64}) {
    auto problem = spmm(type);
    auto all = runAll(*problem);
    for (const char *name :
         {"cuSPARSE CSR_DEFAULT", "cuSPARSE CSR_ALG1", "cuSPARSE CSR_ALG2",
          "cuSPARSE CSR_ALG3", "cuSPARSE COO_ALG1", "cuSPARSE COO_ALG2",
          "cuSPARSE COO_ALG4", "cuSPARSE BLOCKED_ELL_8",
          "cuSPARSE BLOCKED_ELL_16", "cuBLAS GemmEx (dense)",
          "cuBLASLt Matmul (dense)"}) {
      ASSERT_TRUE(all.count(name)) << name;
      expectMeasured(all[name]);
    }
    // 16 rows are no multiple of 32.
    EXPECT_EQ(all["cuSPARSE BLOCKED_ELL_32"].state,
              Measurement::State::NotApplicable);
  }
}

TEST_F(ContendersTest, ARefusalHasTheLibrarysReason) {
  auto problem = spmm(ElementType::F32);
  Measurement refused = runAll(*problem)["cuSPARSE COO_ALG3"];
  EXPECT_EQ(refused.state, Measurement::State::Refused);
  EXPECT_EQ(refused.reason,
            "cusparseSpMM_bufferSize: CUSPARSE_STATUS_NOT_SUPPORTED "
            "(operation not supported)");
  EXPECT_TRUE(refused.timings.empty());
}

TEST_F(ContendersTest, StructuredOperandsGoToSparseTensorCores) {
  auto half = spmm(ElementType::F16);
  expectMeasured(runAll(*half)["cuSPARSELt 2:4"]);

  auto single = spmm(ElementType::F32);
  Measurement other = runAll(*single)["cuSPARSELt 2:4"];
  EXPECT_EQ(other.state, Measurement::State::NotApplicable);
  EXPECT_EQ(other.reason, "has no product of f32 in that precision");
}

TEST_F(ContendersTest, LimitsKeepConversionsSmall) {
  auto problem = spmm(ElementType::F32);
  ContenderLimits limits;
  limits.denseBytes = 100;
  limits.fillIn = 1;
  auto all = runAll(*problem, limits);
  for (const char *name : {"cuBLAS GemmEx (dense)", "cuBLASLt Matmul (dense)",
                           "cuSPARSE BLOCKED_ELL_8"})
    EXPECT_EQ(all[name].state, Measurement::State::NotApplicable) << name;
}

TEST_F(ContendersTest, SDDMM) {
  SDDMMProblem problem;
  problem.a = sparse(ElementType::F32);
  problem.b = dense(problem.a.rows, 12, ElementType::F32);
  problem.y = dense(problem.a.cols, 12, ElementType::F32);
  finish(problem, ElementType::F32);
  auto all = runAll(problem);
  expectMeasured(all["cuSPARSE SDDMM"]);
  EXPECT_EQ(all["cuSPARSE CSR_ALG2"].reason, "is for spmm");
}

TEST_F(ContendersTest, SpGEMM) {
  SpGEMMProblem problem;
  problem.a = sparse(ElementType::F64);
  // Its transpose's shape, with a pattern of its own.
  SparseOperand b;
  b.rows = 32;
  b.cols = 10;
  b.valueType = ElementType::F64;
  b.positions = {0};
  for (int64_t row = 0; row < b.rows; ++row) {
    for (int64_t col = row % 4; col < b.cols; col += 3) {
      b.coordinates.push_back(col);
      b.values.push_back(0.5 * double(row) - double(col));
    }
    b.positions.push_back(static_cast<int64_t>(b.coordinates.size()));
  }
  problem.sparseB = placed(std::move(b));
  finish(problem, ElementType::F64);
  auto all = runAll(problem);
  expectMeasured(all["cuSPARSE SpGEMM_DEFAULT"]);
  expectMeasured(all["cuSPARSE SpGEMM_ALG1"]);
}

TEST_F(ContendersTest, EmptyMatrix) {
  SpMMProblem problem;
  SparseOperand a;
  a.rows = 5;
  a.cols = 7;
  a.positions = {0, 0, 0, 0, 0, 0};
  problem.a = placed(std::move(a));
  problem.b = dense(7, 4, ElementType::F32);
  finish(problem, ElementType::F32);
  auto all = runAll(problem);
  expectMeasured(all["cuSPARSE CSR_ALG2"]);
  expectMeasured(all["cuSPARSE COO_ALG1"]);
  EXPECT_EQ(all["cuSPARSE BLOCKED_ELL_8"].state,
            Measurement::State::NotApplicable);
}

/// Whatever call fails, its name is in the reason and nothing leaks.
TEST_F(ContendersTest, InjectedFailures) {
  struct Injection {
    const char *call, *contender;
    ElementType type;
  };
  for (const Injection &injection :
       {Injection{"cusparseCreateCsr", "cuSPARSE CSR_ALG2", ElementType::F32},
        Injection{"cusparseXcsr2coo", "cuSPARSE COO_ALG1", ElementType::F32},
        Injection{"cusparseSpMM_bufferSize", "cuSPARSE CSR_ALG3",
                  ElementType::F32},
        Injection{"cusparseSpMM_preprocess", "cuSPARSE BLOCKED_ELL_8",
                  ElementType::F32},
        Injection{"cusparseSpMM", "cuSPARSE CSR_ALG1", ElementType::F32},
        Injection{"cublasGemmEx", "cuBLAS GemmEx (dense)", ElementType::F64},
        Injection{"cublasLtMatmulAlgoGetHeuristic", "cuBLASLt Matmul (dense)",
                  ElementType::F32},
        Injection{"cublasLtMatmul", "cuBLASLt Matmul (dense)",
                  ElementType::F32},
        Injection{"cusparseLtMatmulPlanInit", "cuSPARSELt 2:4",
                  ElementType::F16}}) {
    auto problem = spmm(injection.type);
    setenv("SPARSEGPU_TEST_FAIL", (std::string(injection.call) + "=11").c_str(),
           1);
    auto all = runAll(*problem);
    const Measurement &measurement = all[injection.contender];
    EXPECT_EQ(measurement.state, Measurement::State::Refused) << injection.call;
    EXPECT_EQ(measurement.reason.rfind(std::string(injection.call) + ": ", 0),
              0u)
        << measurement.reason;
    unsetenv("SPARSEGPU_TEST_FAIL");
  }
}

TEST_F(ContendersTest, AWrongResultIsNotTimed) {
  auto problem = spmm(ElementType::F32);
  setenv("SPARSEGPU_TEST_FAIL", "cusparseSpMM=wrong", 1);
  auto all = runAll(*problem);
  const Measurement &wrong = all["cuSPARSE CSR_ALG2"];
  EXPECT_EQ(wrong.state, Measurement::State::Wrong);
  EXPECT_TRUE(wrong.timings.empty());
  EXPECT_GT(wrong.check->worstRatio, 1);
  expectMeasured(all["cuBLAS GemmEx (dense)"]);
}

TEST_F(ContendersTest, ALibraryThatDoesNotStartIsMissing) {
  setenv("SPARSEGPU_TEST_FAIL", "cusparseCreate=10", 1);
  ContenderSet set = allContenders(search, {});
  EXPECT_EQ(set.libraries[0].name, "cuSPARSE");
  EXPECT_EQ(set.libraries[0].missing,
            "cusparseCreate: CUSPARSE_STATUS_NOT_SUPPORTED (operation not "
            "supported)");
  for (const auto &contender : set.contenders)
    EXPECT_EQ(contender->name().find("cuSPARSE "), std::string::npos);
}

TEST_F(ContendersTest, StandInsAreRefusedOnAGPU) {
  search.testLibraries = false;
  auto library = VendorLibrary::open({"libcusparseLt.so.0"}, search);
  if (library.ok()) // The real one, somewhere else.
    EXPECT_NE(library->path().find("libcusparseLt"), std::string::npos);
  else
    EXPECT_NE(library.message().find("is made for tests without a GPU"),
              std::string::npos)
        << library.message();
}

TEST_F(ContendersTest, AMissingLibraryIsNamed) {
  auto library =
      VendorLibrary::open({"libnothing.so.1", "libnothing.so.2"}, search);
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.message(), "not found: libnothing.so.1, libnothing.so.2");
  EXPECT_EQ(splitFolders(":a::b:"), (std::vector<std::string>{"a", "b"}));
}
