//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What implementations of SparseFormatInterface share: rules that hold for
// every format, the link to the packers of lib/Formats, and builders.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_FORMATSUPPORT_H
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_FORMATSUPPORT_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Formats/Format.h"

namespace sparsegpu {

/// A format attribute in the terms of lib/Formats.
struct FormatDescription {
  const formats::Format &format;
  std::vector<int64_t> parameters;
  /// Null where the format has no such field.
  mlir::Type positions, coordinates;
};

/// Index types are integers that can be loaded (FMT-3), and parameters are in
/// the range that the packer gives (FMT-4).
mlir::LogicalResult
verifyFormat(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
             const FormatDescription &description);

/// The encoded tensor has rank 2 (FMT-1) and elements that packers can store
/// (FMT-2). `rule` is
/// the id of the constraint.
mlir::LogicalResult
verifyMatrixEncoding(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                     llvm::StringRef mnemonic, llvm::ArrayRef<int64_t> shape,
                     mlir::Type elementType);

/// SparseFormatInterface::pack and unpack.
Expected<formats::PackedMatrix> packMatrix(const FormatDescription &description,
                                           mlir::RankedTensorType type,
                                           const formats::CooMatrix &matrix);
Expected<formats::CooMatrix> unpackMatrix(const FormatDescription &description,
                                          const formats::PackedMatrix &packed);

/// The fields of the description, with `sizes` elements each (or
/// ShapedType::kDynamic); element types follow from the fields' roles.
llvm::SmallVector<StorageField>
getFieldTypes(const FormatDescription &description, mlir::RankedTensorType type,
              llvm::ArrayRef<int64_t> sizes);

/// ceil(size / divisor), or kDynamic.
int64_t divideCeilOrDynamic(int64_t size, int64_t divisor);

/// SparseFormatInterface::supports for a format whose units own their rows, one
/// warp each: a unit of `units`, scope `warp`, reduction `tile`.
mlir::LogicalResult supportsWarpUnits(llvm::StringRef mnemonic,
                                      llvm::ArrayRef<llvm::StringRef> units,
                                      const ScheduleAttr &schedule,
                                      std::string &reason);

/// The same for a format whose units are groups of `rows` rows with the same
/// columns, decoded by sparse_gpu.decode: also one block each, by a 'tile' of
/// that many rows.
mlir::LogicalResult supportsGroupUnits(llvm::StringRef mnemonic,
                                       llvm::ArrayRef<llvm::StringRef> units,
                                       int64_t rows,
                                       const ScheduleAttr &schedule,
                                       std::string &reason);

/// Where a block row of columns of blocks ends, in columns: `end` blocks of
/// `width` columns, of which those beyond the last column of the matrix are cut
/// off. They belong to the last block of a range [begin, end) of blocks whose
/// block columns, `coordinates`, ascend.
mlir::Value buildEndOfBlocks(mlir::OpBuilder &builder, mlir::Location loc,
                             const SparseStorage &storage,
                             mlir::Value coordinates, int64_t width,
                             mlir::Value begin, mlir::Value end);

/// Positions are the columns of dense blocks of `width` columns, one after the
/// other: the coordinates of a step, from the blocks' columns.
mlir::Value buildBlockCoordinates(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value coordinates, int64_t width,
                                  mlir::Value begin, mlir::Value count);

/// The values of such a step, from blocks of `rows` x `width` row by row.
DecodedTile buildBlockDecode(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::Value field, int64_t rows, int64_t width,
                             mlir::Value begin, mlir::Value count);

/// The same for a schedule with `tile`: as sparse_gpu.load, of `size`
/// positions.
DecodedTile buildBlockLoad(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value field, int64_t rows, int64_t width,
                           mlir::Value begin, mlir::Value count, int64_t size);

/// Bytes of an element; index has 8.
double getBytes(mlir::Type type);

/// Builds `index` arithmetic at a position.
struct IndexBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value constant(int64_t value) const;
  mlir::Value add(mlir::Value a, mlir::Value b) const;
  mlir::Value sub(mlir::Value a, mlir::Value b) const;
  mlir::Value mul(mlir::Value a, int64_t b) const;
  mlir::Value div(mlir::Value a, int64_t b) const;
  mlir::Value rem(mlir::Value a, int64_t b) const;
  mlir::Value ceilDiv(mlir::Value a, int64_t b) const;
  mlir::Value min(mlir::Value a, mlir::Value b) const;
  /// a < b and a == b, as i1.
  mlir::Value less(mlir::Value a, mlir::Value b) const;
  mlir::Value equal(mlir::Value a, mlir::Value b) const;
  /// Element `at` of a field of unsigned integers.
  mlir::Value load(mlir::Value field, mlir::Value at) const;
  /// `then` where `condition` holds, else zero of `type`: an index, an integer
  /// or a float.
  mlir::Value loadIf(mlir::Value condition, mlir::Type type,
                     llvm::function_ref<mlir::Value(IndexBuilder)> then) const;

  /// Whether the element of `field` at `at` is `key`; false if `at` is not
  /// below `end`.
  mlir::Value holds(mlir::Value field, mlir::Value at, mlir::Value end,
                    mlir::Value key) const;

  /// Bitmaps: whether bit `bit` of element `word` of `words` is set, and how
  /// many bits are set in elements [first, word) and below `bit` in `word`.
  mlir::Value testBit(mlir::Value words, mlir::Value word,
                      mlir::Value bit) const;
  mlir::Value countBitsBelow(mlir::Value words, mlir::Value first,
                             mlir::Value word, mlir::Value bit) const;

  /// The first position of [begin, end) whose `element`, an index, is not below
  /// `value`, or `end`. Elements ascend. A binary search.
  mlir::Value lowerBound(
      mlir::Value begin, mlir::Value end, mlir::Value value,
      llvm::function_ref<mlir::Value(IndexBuilder, mlir::Value)> element) const;

  /// A tile of `count` elements (tensor<?xindex>), element p as `element` says.
  mlir::Value generate(
      mlir::Value count,
      llvm::function_ref<mlir::Value(IndexBuilder, mlir::Value)> element) const;
  /// A tile of `rows` indices (tensor<Rxindex>).
  mlir::Value generateRows(
      int64_t rows,
      llvm::function_ref<mlir::Value(IndexBuilder, mlir::Value)> element) const;
  /// A tile of rows x `count` elements of `type`, element (r, p) as `element`
  /// says.
  mlir::Value generate(
      int64_t rows, mlir::Value count, mlir::Type type,
      llvm::function_ref<mlir::Value(IndexBuilder, mlir::Value, mlir::Value)>
          element) const;
};

} // namespace sparsegpu

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_FORMATSUPPORT_H
