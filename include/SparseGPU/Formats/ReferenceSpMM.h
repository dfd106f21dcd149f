//===- ReferenceSpMM.h - What SpMM must compute
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An independent double-precision SpMM, against which every kernel is checked,
// with the bound of the error that rounding may cause.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_REFERENCESPMM_H
#define SPARSEGPU_FORMATS_REFERENCESPMM_H

#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <vector>

namespace sparsegpu::formats {

/// The operands of C = alpha * A * op(B) + beta * C0, where A is rows x inner,
/// op(B) is inner x n and C is rows x n. The four products of the front door
/// are A*B, A*B^T (transposeB), B*A^T (transposeB and transposeC: `b` is the
/// dense left operand, n x inner, and C is n x rows) and A*x (n = 1).
///
/// All numbers are those that the kernel sees: rounded to its types already,
/// then widened to double.
struct SpMMOperands {
  int64_t rows = 0;
  int64_t inner = 0;
  int64_t n = 0;
  /// A in CSR: rows + 1 positions, then positions[rows] coordinates and values.
  /// Coordinates may come in any order and more than once.
  const int64_t *positions = nullptr;
  const int64_t *coordinates = nullptr;
  const double *values = nullptr;
  /// inner x n, row-major; n x inner when transposed.
  const double *b = nullptr;
  bool transposeB = false;
  /// rows x n, row-major; n x rows when transposed. Not read when beta is 0.
  const double *c0 = nullptr;
  /// Concerns c0 and the results.
  bool transposeC = false;
  double alpha = 1;
  double beta = 0;
};

struct SpMMReference {
  int64_t rows = 0;
  int64_t n = 0;
  bool transposed = false;
  /// C, row-major: rows x n, or n x rows when transposed.
  std::vector<double> c;
  /// In the same layout, |alpha| * sum |a| |b| + |beta| |C0|: what the error
  /// bound of an element is relative to.
  std::vector<double> scale;
  /// Stored entries of each row of A.
  std::vector<int64_t> nnzPerRow;

  /// Where element (row, column) of rows x n lies in `c` and `scale`.
  int64_t index(int64_t row, int64_t col) const {
    return transposed ? col * rows + row : row * n + col;
  }
};

/// Computes C, row by row, each sum in the order of the entries, by up to
/// `threads` threads (0: as many as the machine has). The result does not
/// depend on the number of threads.
///
/// Errors: a negative size, a null operand, positions that decrease or do not
/// begin with 0, a coordinate outside of inner, not enough memory.
Expected<SpMMReference> referenceSpMM(const SpMMOperands &operands,
                                      unsigned threads = 0);

/// How far an element of C may be from the reference.
///
/// With unit roundoff u, a sum of k products in any order of additions, fused
/// or not, is off by at most gamma(k) * sum |a| |b|, where gamma(k) =
/// k u / (1 - k u) (Higham, "Accuracy and Stability of Numerical Algorithms",
/// section 3.1). Scaling by alpha and adding beta * C0 makes three more
/// operations, storing C one rounding to the output type:
///
///   bound = ((nnzRow + 3) * accumulateEps + outputEps) * scale + underflow
///
/// Each eps is the gap above 1 (formats::epsilon), so 2 u: the factor covers
/// the denominator of gamma as long as (nnzRow + 3) * accumulateEps <= 1, the
/// product of the two roundings, and the error of the reference itself when
/// the kernel works in double precision too.
///
/// `underflow` is an absolute term for results below the normal range, such as
/// formats::smallestSubnormal of the output type.
inline double errorBound(int64_t nnzRow, double outputEps, double accumulateEps,
                         double scale, double underflow = 0) {
  return (static_cast<double>(nnzRow + 3) * accumulateEps + outputEps) * scale +
         underflow;
}

/// The element that uses most of its bound.
struct SpMMComparison {
  /// |got - expected| / bound; infinity when a bound of 0 is missed, or only
  /// one of the two is finite. 0 when there are no elements.
  double worstRatio = 0;
  int64_t row = 0;
  int64_t col = 0;
  double got = 0;
  double expected = 0;
  double bound = 0;

  bool passed() const { return worstRatio <= 1; }
};

/// Compares `got`, in the layout of the reference and widened to double, with
/// the reference. Elements that are not finite must agree: NaN with NaN,
/// infinity with infinity of the same sign.
SpMMComparison compareSpMM(const SpMMReference &reference, const double *got,
                           double outputEps, double accumulateEps,
                           double underflow = 0);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_REFERENCESPMM_H
