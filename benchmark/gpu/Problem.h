//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A case as all contenders see it: the same operands on the device, the same
// stream, one place for the output, and the check of a result.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_PROBLEM_H
#define SPARSEGPU_BENCHMARK_GPU_PROBLEM_H

#include "Bounds.h"

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Formats/ReferenceSpMM.h"
#include "SparseGPU/Runtime/Bundle/RuntimeLibrary.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sparsegpu::gpubench {

/// A CSR matrix: on the host as integers and doubles (values rounded to their
/// type), on the device as it is.
struct SparseOperand {
  int64_t rows = 0, cols = 0;
  std::vector<int64_t> positions, coordinates;
  std::vector<double> values;
  formats::ElementType positionType = formats::ElementType::I32;
  formats::ElementType coordinateType = formats::ElementType::I32;
  formats::ElementType valueType = formats::ElementType::F32;
  void *devicePositions = nullptr;
  void *deviceCoordinates = nullptr;
  void *deviceValues = nullptr;

  int64_t nonzeros() const { return positions.empty() ? 0 : positions.back(); }
};

/// A row-major dense matrix.
struct DenseOperand {
  int64_t rows = 0, cols = 0;
  formats::ElementType type = formats::ElementType::F32;
  std::vector<double> values;
  void *device = nullptr;
};

/// What a contender computed, widened to double.
struct HostResult {
  /// Dense and row-major, or the values of a sparse result.
  std::vector<double> values;
  /// Of a sparse result in CSR; coordinates in any order within a row.
  std::vector<int64_t> positions, coordinates;
};

/// The element that uses most of its bound.
struct CheckResult {
  double worstRatio = 0;
  int64_t row = 0, col = 0;
  double got = 0, expected = 0, bound = 0;
  bool passed() const { return worstRatio <= 1; }
};

/// What a contender may need to know of the machine.
struct DeviceContext {
  bundle::RuntimeLibrary library;
  void *stream = nullptr;
};

class Problem {
public:
  virtual ~Problem() = default;

  /// "spmm", "sddmm", "spgemm".
  virtual const char *operation() const = 0;
  /// Flops and bytes.
  virtual Work work() const = 0;
  /// Compares with the double-precision reference, all elements; the bound of
  /// each is that of docs/HowTo/CheckResults.md. The reference is computed at
  /// the first call. The error says why no comparison was possible, such as a
  /// result of another size.
  virtual Expected<CheckResult> check(const HostResult &result) = 0;
  /// Elements of `output`.
  virtual int64_t outputElements() const = 0;

  /// Makes `output`. To be called once, after the operands are set.
  Status allocateOutput();
  /// Fills `output` with a pattern that is no right result (NaN), so that a
  /// contender that writes nothing fails its check.
  Status poisonOutput() const;
  /// Waits for the stream and reads `output`.
  Expected<HostResult> readOutput() const;

  DeviceContext device;
  /// The type of the values of all operands and of the result.
  formats::ElementType type = formats::ElementType::F32;
  SparseOperand a;
  /// SpGEMM: the second factor.
  std::optional<SparseOperand> sparseB;
  /// SpMM: B (a.cols x n). SDDMM: X (a.rows x k), then Y (a.cols x k).
  DenseOperand b, y;
  /// The case asks for a structured-sparse contender.
  bool wantsTwoFour = false;
  bundle::DeviceBuffer output;
};

/// C (rows x n) = A * B.
class SpMMProblem : public Problem {
public:
  const char *operation() const override { return "spmm"; }
  Work work() const override;
  Expected<CheckResult> check(const HostResult &result) override;
  int64_t outputElements() const override { return a.rows * b.cols; }

private:
  std::unique_ptr<formats::SpMMReference> reference;
};

/// O[e] = dot(X[row e, :], Y[column e, :]) for each stored entry e of A.
class SDDMMProblem : public Problem {
public:
  const char *operation() const override { return "sddmm"; }
  Work work() const override;
  Expected<CheckResult> check(const HostResult &result) override;
  int64_t outputElements() const override { return a.nonzeros(); }
};

/// C = A * sparseB, all in CSR; contenders hold C themselves.
class SpGEMMProblem : public Problem {
public:
  const char *operation() const override { return "spgemm"; }
  Work work() const override;
  Expected<CheckResult> check(const HostResult &result) override;
  int64_t outputElements() const override { return 0; }
};

/// The number of columns that hold an entry.
int64_t countUsedColumns(const SparseOperand &matrix);

/// True when of each four neighbouring columns, from a multiple of 4 on, each
/// row uses at most two: what 2:4 tensor cores take.
bool isTwoFour(const SparseOperand &matrix);

/// Copies `bytes` to new device memory.
Expected<bundle::DeviceBuffer> upload(const DeviceContext &device,
                                      const void *data, uint64_t bytes);
/// Waits for the stream and reads `count` elements as doubles.
Expected<std::vector<double>> download(const DeviceContext &device,
                                       const void *data, int64_t count,
                                       formats::ElementType type);
/// `values` in memory as elements of `type`; too large ones become infinity.
std::vector<std::byte> pack(const std::vector<double> &values,
                            formats::ElementType type);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_PROBLEM_H
