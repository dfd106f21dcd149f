//===- MatrixMultiply.cpp - mma, mma.sp and wmma.mma ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fragments are gathered into plain matrices of words (FragmentLayout.h), words
// are unpacked into numbers, numbers are multiplied by one loop, and the
// accumulators go back.
//
// Integers are exact. Products of floats are exact too; they are added to C in
// double, in the order of k, and rounded to the type of D once: PTX asks for
// "at least single precision" and leaves order and rounding open.
//
//===----------------------------------------------------------------------===//

#include "FragmentLayout.h"
#include "Matrix.h"
#include "MatrixValues.h"

#include <type_traits>

using namespace sparsegpu::emulator;

namespace {
constexpr unsigned kColumns = 8;

/// Sizes of an operation in which eight lanes are not on their own.
struct Extents {
  unsigned m, n, k;
  /// Elements of a row of A that are stored.
  unsigned storedK;
  /// Words along k.
  unsigned wordsA, wordsB;

  explicit Extents(const MatrixOp &op)
      : m(op.m), n(op.n), k(op.k),
        storedK(op.kind == MatrixKind::SparseMma ? k / 2 : k),
        wordsA(storedK * bitsOf(op.a) / 32), wordsB(k * bitsOf(op.b) / 32) {}
};
} // namespace

/// Calls `fn` with a constant: sizes that are known make the loops below short.
template <typename Fn> SPARSEGPU_INLINE void withConstant(unsigned n, Fn fn) {
  if (n == 1)
    fn(std::integral_constant<unsigned, 1>());
  else if (n == 2)
    fn(std::integral_constant<unsigned, 2>());
  else
    fn(std::integral_constant<unsigned, 4>());
}

//===----------------------------------------------------------------------===//
// Fragments
//===----------------------------------------------------------------------===//

/// The words of A, row after row, or those of B, column after column.
template <MatrixOperand Operand>
SPARSEGPU_INLINE void gather(const LaneRegisters &lanes, unsigned first,
                             const Extents &e, uint32_t *words) {
  constexpr bool isA = Operand == MatrixOperand::A;
  unsigned perLine = isA ? e.wordsA : e.wordsB;
  unsigned registers = (isA ? e.m : e.n) * perLine / kWarpSize;
  withConstant(isA ? e.m / 8 : perLine / 4,
               [&](auto blocks) __attribute__((always_inline)) {
                 for (unsigned lane = 0; lane < kWarpSize; ++lane)
                   for (unsigned r = 0; r < registers; ++r) {
                     Place p = isA ? placeA(lane, r, blocks())
                                   : placeB(lane, r, blocks());
                     words[p.row * perLine + p.column] = lanes[lane][first + r];
                   }
               });
}

/// Calls `fn(register word, half of it, place)` for each element of C or D.
template <typename Fn>
SPARSEGPU_INLINE void forEachAccumulator(unsigned m, unsigned n, bool isHalf,
                                         Fn fn) {
  withConstant(m / 8, [&](auto blocks) __attribute__((always_inline)) {
    for (unsigned lane = 0; lane < kWarpSize; ++lane)
      for (unsigned i = 0, end = m * n / kWarpSize; i < end; ++i) {
        Place p = placeC(lane, i, blocks());
        fn(lane, isHalf ? i / 2 : i, isHalf ? i % 2 : 0, p.row * n + p.column);
      }
  });
}

SPARSEGPU_INLINE double readAccumulator(ElementType type, uint32_t word,
                                        unsigned half) {
  if (type == ElementType::F16)
    return decodeElement<ElementType::F16>(word >> (16 * half) & 0xffff);
  return bitCast<float>(word);
}

SPARSEGPU_INLINE void writeAccumulator(ElementType type, uint32_t &word,
                                       unsigned half, double value) {
  if (type != ElementType::F16) {
    word = bitCast<uint32_t>(static_cast<float>(value));
    return;
  }
  uint32_t bits = encodeHalf(value);
  word = half ? (word & 0xffff) | bits << 16 : bits;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <ElementType Type, typename T>
SPARSEGPU_INLINE void unpackAs(const uint32_t *words, unsigned count, T *out,
                               unsigned bits) {
  unsigned each = 32 / bits;
  uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1;
  for (unsigned i = 0; i < count; ++i)
    for (unsigned j = 0; j < each; ++j) {
      uint32_t element = words[i] >> (j * bits) & mask;
      if constexpr (std::is_same_v<T, double>)
        out[i * each + j] = decodeElement<Type>(element);
      else
        out[i * each + j] = decodeInteger<Type>(element);
    }
}

template <typename T>
SPARSEGPU_INLINE void unpack(ElementType type, const uint32_t *words,
                             unsigned count, T *out) {
  switch (type) {
#define CASE(TYPE, BITS)                                                       \
  case ElementType::TYPE:                                                      \
    return unpackAs<ElementType::TYPE>(words, count, out, BITS);
    CASE(F16, 16)
    CASE(BF16, 16)
    CASE(TF32, 32)
    CASE(E4M3, 8)
    CASE(E5M2, 8)
    CASE(S8, 8)
    CASE(U8, 8)
    CASE(S4, 4)
    CASE(U4, 4)
#undef CASE
  default:
    return;
  }
}

/// B row after row, from words column after column.
template <typename T>
SPARSEGPU_INLINE void unpackTransposed(ElementType type, const uint32_t *words,
                                       const Extents &e, T *out) {
  T column[128];
  for (unsigned j = 0; j < e.n; ++j) {
    unpack(type, words + j * e.wordsB, e.wordsB, column);
    for (unsigned k = 0; k < e.k; ++k)
      out[k * e.n + j] = column[k];
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Adds A * B. Element s of a stored row of A meets row rows[s] of B, or row s.
template <bool Sparse, typename T>
SPARSEGPU_INLINE void multiplyAdd(const T *a, const T *b, T *sums,
                                  const Extents &e, const uint8_t *rows) {
  for (unsigned first = 0; first < e.n; first += kColumns)
    for (unsigned i = 0; i < e.m; ++i) {
      T sum[kColumns];
      T *out = sums + i * e.n + first;
      for (unsigned j = 0; j < kColumns; ++j)
        sum[j] = out[j];
      for (unsigned s = 0; s < e.storedK; ++s) {
        T factor = a[i * e.storedK + s];
        const T *row = b + (Sparse ? rows[i * e.storedK + s] : s) * e.n + first;
        for (unsigned j = 0; j < kColumns; ++j)
          sum[j] += factor * row[j];
      }
      for (unsigned j = 0; j < kColumns; ++j)
        out[j] = sum[j];
    }
}

template <typename T>
SPARSEGPU_INLINE void multiplyUnpacked(const MatrixOp &op, const Extents &e,
                                       const MatrixScratch &scratch, T *a, T *b,
                                       T *sums, const uint8_t *rows) {
  unpack(op.a, scratch.wordsA, e.m * e.wordsA, a);
  unpackTransposed(op.b, scratch.wordsB, e, b);
  if (rows)
    multiplyAdd<true>(a, b, sums, e, rows);
  else
    multiplyAdd<false>(a, b, sums, e, rows);
}

SPARSEGPU_INLINE void multiplyFloats(const MatrixOp &op, const Extents &e,
                                     const LaneRegisters &lanes,
                                     MatrixScratch &scratch,
                                     const uint8_t *rows) {
  double *sums = scratch.floatSums;
  unsigned firstC = op.words(MatrixOperand::A) + op.words(MatrixOperand::B);
  forEachAccumulator(
      e.m, e.n, op.c == ElementType::F16,
      [&](unsigned lane, unsigned word, unsigned half, unsigned at)
          __attribute__((always_inline)) {
            sums[at] = readAccumulator(op.c, lanes[lane][firstC + word], half);
          });
  multiplyUnpacked(op, e, scratch, scratch.floatsA, scratch.floatsB, sums,
                   rows);
  forEachAccumulator(
      e.m, e.n, op.d == ElementType::F16,
      [&](unsigned lane, unsigned word, unsigned half, unsigned at)
          __attribute__((always_inline)) {
            writeAccumulator(op.d, lanes[lane][word], half, sums[at]);
          });
}

/// b1: the bits that differ, or that both have.
SPARSEGPU_INLINE void multiplyBits(const MatrixOp &op, const Extents &e,
                                   const uint32_t *wordsA,
                                   const uint32_t *wordsB, int32_t *sums) {
  for (unsigned i = 0; i < e.m; ++i)
    for (unsigned j = 0; j < e.n; ++j) {
      int32_t sum = 0;
      for (unsigned w = 0; w < e.wordsA; ++w) {
        uint32_t x = wordsA[i * e.wordsA + w], y = wordsB[j * e.wordsB + w];
        sum += __builtin_popcount(op.andPopc ? x & y : x ^ y);
      }
      sums[i * e.n + j] = sum;
    }
}

SPARSEGPU_INLINE void multiplyIntegers(const MatrixOp &op, const Extents &e,
                                       const LaneRegisters &lanes,
                                       MatrixScratch &scratch,
                                       const uint8_t *rows) {
  // A sum without C is far from the limits of 32 bits.
  int32_t *sums = scratch.integerSums;
  for (unsigned i = 0; i < e.m * e.n; ++i)
    sums[i] = 0;
  if (op.a == ElementType::B1)
    multiplyBits(op, e, scratch.wordsA, scratch.wordsB, sums);
  else
    multiplyUnpacked(op, e, scratch, scratch.integersA, scratch.integersB, sums,
                     rows);
  unsigned firstC = op.words(MatrixOperand::A) + op.words(MatrixOperand::B);
  forEachAccumulator(
      e.m, e.n, false,
      [&](unsigned lane, unsigned word, unsigned,
          unsigned at) __attribute__((always_inline)) {
        int32_t c = static_cast<int32_t>(lanes[lane][firstC + word]);
        int64_t sum = int64_t(c) + sums[at];
        if (op.satfinite)
          sum = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
        sums[at] = static_cast<int32_t>(sum);
      });
  forEachAccumulator(e.m, e.n, false,
                     [&](unsigned lane, unsigned word, unsigned, unsigned at)
                         __attribute__((always_inline)) {
                           lanes[lane][word] = static_cast<uint32_t>(sums[at]);
                         });
}

SPARSEGPU_INLINE void multiplyWords(const MatrixOp &op,
                                    const LaneRegisters &lanes,
                                    const uint8_t *rows, MatrixScratch &scratch,
                                    const Extents &e) {
  gather<MatrixOperand::A>(lanes, 0, e, scratch.wordsA);
  gather<MatrixOperand::B>(lanes, op.words(MatrixOperand::A), e,
                           scratch.wordsB);
  if (op.d == ElementType::S32)
    multiplyIntegers(op, e, lanes, scratch, rows);
  else
    multiplyFloats(op, e, lanes, scratch, rows);
}

/// The sizes of most operations are written out, so that they get loops of
/// known length.
SPARSEGPU_INLINE void multiplySized(const MatrixOp &op,
                                    const LaneRegisters &lanes,
                                    const uint8_t *rows,
                                    MatrixScratch &scratch) {
  Extents e(op);
  auto is = [&](unsigned wordsA,
                unsigned wordsB) __attribute__((always_inline)) {
    if (e.m != 16 || e.n != 8 || e.wordsA != wordsA || e.wordsB != wordsB)
      return false;
    Extents known = e;
    known.m = 16;
    known.n = 8;
    known.wordsA = wordsA;
    known.wordsB = wordsB;
    multiplyWords(op, lanes, rows, scratch, known);
    return true;
  };
  if (!is(8, 8) && !is(4, 4) && !is(8, 16))
    multiplyWords(op, lanes, rows, scratch, e);
}

//===----------------------------------------------------------------------===//
// m8n8k4 on f16
//===----------------------------------------------------------------------===//

SPARSEGPU_INLINE void multiplyQuadPairs(const MatrixOp &op,
                                        const LaneRegisters &lanes) {
  float a[4][8][4], b[4][4][8];
  double sums[4][8][8];
  auto halfOf = [&](unsigned lane, unsigned first, unsigned i) {
    return decodeElement<ElementType::F16>(
        lanes[lane][first + i / 2] >> (i % 2 * 16) & 0xffff);
  };
  bool isHalfC = op.c == ElementType::F16, isHalfD = op.d == ElementType::F16;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    unsigned q = quadPairOf(lane);
    for (unsigned i = 0; i < 4; ++i) {
      Place pa = placeQuadA(lane, i, op.columnA);
      a[q][pa.row][pa.column] = halfOf(lane, 0, i);
      Place pb = placeQuadB(lane, i, op.columnB);
      b[q][pb.row][pb.column] = halfOf(lane, 2, i);
    }
    for (unsigned i = 0; i < 8; ++i) {
      Place pc = placeQuadC(lane, i, isHalfC);
      sums[q][pc.row][pc.column] = readAccumulator(
          op.c, lanes[lane][4 + (isHalfC ? i / 2 : i)], isHalfC ? i % 2 : 0);
    }
  }
  for (unsigned q = 0; q < 4; ++q)
    for (unsigned i = 0; i < 8; ++i)
      for (unsigned k = 0; k < 4; ++k)
        for (unsigned j = 0; j < 8; ++j)
          sums[q][i][j] += double(a[q][i][k]) * double(b[q][k][j]);
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    for (unsigned i = 0; i < 8; ++i) {
      Place pd = placeQuadC(lane, i, isHalfD);
      writeAccumulator(op.d, lanes[lane][isHalfD ? i / 2 : i],
                       isHalfD ? i % 2 : 0,
                       sums[quadPairOf(lane)][pd.row][pd.column]);
    }
}

//===----------------------------------------------------------------------===//
// Once for each level of the processor
//===----------------------------------------------------------------------===//

SPARSEGPU_INLINE void multiplyHere(const MatrixOp &op,
                                   const LaneRegisters &lanes,
                                   const uint8_t *rows,
                                   MatrixScratch &scratch) {
  if (op.isQuadPair())
    multiplyQuadPairs(op, lanes);
  else
    multiplySized(op, lanes, rows, scratch);
}

static void multiplyPlain(const MatrixOp &op, const LaneRegisters &lanes,
                          const uint8_t *rows, MatrixScratch &scratch) {
  multiplyHere(op, lanes, rows, scratch);
}

#if defined(__x86_64__)
[[gnu::target("avx2,fma,bmi,bmi2,popcnt")]] static void
multiplyV3(const MatrixOp &op, const LaneRegisters &lanes, const uint8_t *rows,
           MatrixScratch &scratch) {
  multiplyHere(op, lanes, rows, scratch);
}
#endif

std::string sparsegpu::emulator::multiplyMatrices(const MatrixOp &op,
                                                  const LaneRegisters &lanes,
                                                  MatrixScratch &scratch) {
  if (op.a == ElementType::F64) {
    multiplyDoubles(op, lanes);
    return "";
  }
  bool isSparse = op.kind == MatrixKind::SparseMma;
  if (isSparse)
    if (std::string problem = readMetadata(op, lanes, scratch.rows);
        !problem.empty())
      return problem;
  auto *multiply = multiplyPlain;
#if defined(__x86_64__)
  static const bool hasV3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (hasV3)
    multiply = multiplyV3;
#endif
  multiply(op, lanes, isSparse ? scratch.rows : nullptr, scratch);
  return "";
}
