//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loop nest of one sparse_gpu.contract.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_CONTRACTNEST_H
#define SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_CONTRACTNEST_H

#include "ScheduleDispatch.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/Builders.h"

namespace sparsegpu {

class ContractNest {
public:
  ContractNest(ContractOp op, mlir::OpBuilder &builder);

  /// True when all guards of `schedule` hold; null if there are none. Fails
  /// with an error at guards that are not for contractions.
  mlir::FailureOr<mlir::Value> buildGuards(ScheduleAttr schedule);
  /// Before all schedules: the workspace, if one of them splits K.
  void allocateWorkspace(mlir::ArrayAttr schedules);
  /// The nest by `schedule`; two of them if it splits K.
  void build(ScheduleAttr schedule);
  /// Whether the contraction is known to add nothing up.
  bool isEmptySum() { return staticTotal(loops.k) == 0; }
  /// The nest that adds the partial sums, part by part, and finishes C; without
  /// parts, sums are zero (ContractSplit.cpp).
  void buildSum(int64_t parts);
  /// After all schedules.
  void freeWorkspace();

private:
  /// A dense operand with, for each loop, how far in elements its next
  /// iteration is; what is known of it, or -1. `packed`: the loops in whose
  /// order elements follow each other, if there are such. `base`: where it
  /// begins in its memory; null for 0.
  struct Operand {
    mlir::Value memory;
    mlir::AffineMap map;
    llvm::SmallVector<mlir::Value> weights;
    llvm::SmallVector<int64_t> staticWeights;
    llvm::SmallVector<unsigned> packed;
    mlir::Value base;
  };
  /// One side of a tile: `size` iterations of a group of loops from `begin` on,
  /// `count` of which, if so many, exist.
  struct Side {
    llvm::SmallVector<unsigned> group;
    mlir::Value begin, count;
    int64_t size;
  };
  /// See sparse_gpu.load.
  struct Layout {
    int64_t contiguous, run;
  };

  /// The iterations of the k loops that a block goes through: `size` of them
  /// from `begin` on, null for 0.
  struct PartOfK {
    mlir::Value begin, size;
  };

  mlir::Value index(int64_t value);
  /// The iterations of a group of loops together.
  mlir::Value total(llvm::ArrayRef<unsigned> group);
  /// The same as a number, or kDynamic.
  int64_t staticTotal(llvm::ArrayRef<unsigned> group);

  //===--------------------------------------------------------------------===//
  // Offsets (ContractOffsets.cpp)
  //===--------------------------------------------------------------------===//

  Operand makeOperand(mlir::Value memory, mlir::AffineMap map);
  /// The part of an element's place that `group` determines, at iteration
  /// `position` of all of its loops.
  mlir::Value offsetOf(mlir::OpBuilder &builder, const Operand &operand,
                       llvm::ArrayRef<unsigned> group, mlir::Value position);
  /// `size` of them from `begin` on, each plus `base` unless that is null.
  mlir::Value offsets(const Operand &operand, llvm::ArrayRef<unsigned> group,
                      mlir::Value begin, mlir::Value base, int64_t size);
  /// Where the batch that is computed begins; null for 0.
  mlir::Value baseOf(const Operand &operand);
  /// How many iterations follow each other in memory.
  int64_t runOf(const Operand &operand, llvm::ArrayRef<unsigned> group,
                int64_t size);
  Layout layoutOf(const Operand &operand, llvm::ArrayRef<unsigned> rowGroup,
                  int64_t rows, llvm::ArrayRef<unsigned> columnGroup,
                  int64_t columns);
  Side side(llvm::ArrayRef<unsigned> group, mlir::Value begin, mlir::Value end,
            int64_t size);
  mlir::Value load(const Operand &operand, const Side &rows,
                   const Side &columns);
  void store(mlir::Value tile, const Operand &operand, const Side &rows,
             const Side &columns);
  mlir::Value buildEpilogue(mlir::Value accumulator, const Operand &c,
                            const Side &rows, const Side &columns);

  //===--------------------------------------------------------------------===//
  // Parts of K (ContractSplit.cpp)
  //===--------------------------------------------------------------------===//

  /// Part `number` of `parts` of `k` iterations: as many steps of `step` as any
  /// other part, but for the last ones, which may be shorter or empty.
  PartOfK makePart(mlir::Value number, mlir::Value k, int64_t step,
                   int64_t parts);
  /// Moves the beginning of `part` to those of the operands, where that is
  /// the same; then only the part's own iterations count in the loop.
  void beginAt(PartOfK &part, Operand &a, Operand &right);
  /// The part of the workspace for the sums of part `number`.
  Operand makePartialSums(mlir::Value number);
  /// The schedule of the nest that stores partial sums by `schedule`: its
  /// `result_alignment` is that of the workspace.
  ScheduleAttr getPartSchedule(ScheduleAttr schedule);
  ContractOp op;
  mlir::OpBuilder &b;
  mlir::Location loc;
  ContractOp::Loops loops;
  llvm::SmallVector<mlir::Value> extents;
  /// Null where batches are among the loops of a tile.
  mlir::Value batch;
  /// Sums of the accumulator type, a C for each part; null if no schedule
  /// splits K.
  mlir::Value workspace;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_CONTRACTNEST_H
