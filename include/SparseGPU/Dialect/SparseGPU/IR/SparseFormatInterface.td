//===- SparseFormatInterface.td - What a sparse format is --*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMATINTERFACE_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMATINTERFACE_TD

include "mlir/IR/OpBase.td"

def SparseFormatInterface : AttrInterface<"SparseFormatInterface"> {
  let cppNamespace = "::sparsegpu";
  let description = [{
    A sparse format of a matrix of shape M x K, as the compiler sees it.

    The loop nest that every kernel shares is

    ```
    parallel for unit u, column tile n:
      for step s in steps(u):
        coordinates = load(format, s)
        a = decode(format, s)
        b = gather(B, coordinates, n)
        acc = acc + a * b
      scatter(C, rows(format, u), n, acc)
    ```

    or, for a product with the transposed matrix, the same with the roles of
    rows and coordinates exchanged,

    ```
    parallel for unit u, column tile n:
      b = gather(B, rows(format, u), n)
      for step s in steps(u):
        coordinates = load(format, s)
        a = decode(format, s)
        scatter(C, coordinates, n, transpose(a) * b), added atomically
    ```

    and a format fills in its parts. All `build...` methods create level-2
    operations at the builder's insertion point. They see the storage as
    memrefs and dimension sizes (`SparseStorage`); a `unit` and a step are
    `index` values.

    No pass asks which format it has: adding a format is implementing this
    interface (`docs/HowTo/AddAFormat.md`).
  }];
  let methods = [
    InterfaceMethod<[{
      The storage fields of a tensor of this format, in the order of the ABI.
      `type` is the encoded tensor type; every field is a ranked tensor type
      without encoding.
    }], "::llvm::SmallVector<::sparsegpu::StorageField>", "getFields",
      (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<[{
      The names of the units that this format offers to a schedule, the
      default first, for example `row`.
    }], "::llvm::SmallVector<::llvm::StringRef>", "getUnits", (ins)>,
    InterfaceMethod<[{
      Succeeds when the nest can be built for `schedule`. On failure `reason`
      says the rule that is broken, as the end of a sentence.
    }], "::llvm::LogicalResult", "supports",
      (ins "const ::sparsegpu::ScheduleAttr &":$schedule,
           "std::string &":$reason)>,
    InterfaceMethod<[{
      What the storage costs, in bytes, for the cost model and for reports.
    }], "::sparsegpu::FormatCost", "getCost",
      (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<[{
      Packs `matrix` into storage of `type`, on the host. Fails with one message
      when an index does not fit its type.
    }], "::sparsegpu::Expected<::sparsegpu::formats::PackedMatrix>", "pack",
      (ins "::mlir::RankedTensorType":$type,
           "const ::sparsegpu::formats::CooMatrix &":$matrix)>,
    InterfaceMethod<"The matrix that `packed` stores; the inverse of `pack`.",
      "::sparsegpu::Expected<::sparsegpu::formats::CooMatrix>", "unpack",
      (ins "const ::sparsegpu::formats::PackedMatrix &":$packed)>,
    InterfaceMethod<"The number of units, an `index`.",
      "::mlir::Value", "buildUnitCount",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage,
           "const ::sparsegpu::ScheduleAttr &":$schedule)>,
    InterfaceMethod<[{
      The steps of `unit` as a half-open range of `index` positions
      [begin, end); one step covers up to `schedule.getStep()` positions.
    }], "::sparsegpu::StepRange", "buildSteps",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage,
           "const ::sparsegpu::ScheduleAttr &":$schedule, "::mlir::Value":$unit)>,
    InterfaceMethod<[{
      The coordinates of a step of `unit` that begins at position `begin` and
      has `count` positions: which rows of the dense operand it needs. Returns
      a tile of type tensor<?xindex>, made by `sparse_gpu.coordinates` where
      they lie side by side in memory, else by `tensor.generate`. Each is below
      the number of columns, also where nothing is present.
    }], "::mlir::Value", "buildCoordinates",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage,
           "const ::sparsegpu::ScheduleAttr &":$schedule, "::mlir::Value":$unit,
           "::mlir::Value":$begin, "::mlir::Value":$count)>,
    InterfaceMethod<[{
      The values of a step as a tile of rows-of-the-unit x `count`, and which
      of them are present (see `DecodedTile`): by `sparse_gpu.decode` where
      they lie side by side in memory, else by `tensor.generate`. For a
      schedule with `tile`, which `supports` may refuse, all places are present,
      and the tile comes from `sparse_gpu.decode`, or from a `sparse_gpu.load`
      of `tile[2]` positions.
    }], "::sparsegpu::DecodedTile", "buildDecode",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage,
           "const ::sparsegpu::ScheduleAttr &":$schedule, "::mlir::Value":$unit,
           "::mlir::Value":$begin, "::mlir::Value":$count)>,
    InterfaceMethod<[{
      The rows of the result that `unit` computes, a tile of type
      tensor<Rxindex>. R is `getUnitRows`. The rows of all units are disjoint,
      and together all rows; a row that is not below the number of rows does
      not exist, see `hasPartialUnits`.
    }], "::mlir::Value", "buildRows",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage,
           "const ::sparsegpu::ScheduleAttr &":$schedule,
           "::mlir::Value":$unit)>,
    InterfaceMethod<[{
      True if a unit may have rows that do not exist in a matrix of `type`:
      they are computed and not stored.
    }], "bool", "hasPartialUnits",
      (ins "::mlir::RankedTensorType":$type,
           "const ::sparsegpu::ScheduleAttr &":$schedule), "", [{
        return false;
      }]>,
    InterfaceMethod<[{
      True if the storage has zeros for places of the matrix that are not
      stored entries, and they take part in products: 0 times infinity is
      not a number then, and other semirings than (+, *) are refused.
    }], "bool", "storesPadding", (ins), "", [{
        return false;
      }]>,
    InterfaceMethod<[{
      True if the storage is that of the transposed matrix: units own columns
      of the matrix, and the coordinates of a step name its rows. In the
      descriptions of the methods above, rows and columns change places.
    }], "bool", "storesTransposed", (ins), "", [{
        return false;
      }]>,
    InterfaceMethod<[{
      The matrices whose sum this matrix is, each as storage of its own type,
      with a format of its own; a format that is not a sum is its only part.
      The other `build...` methods are asked of parts only.
    }], "::llvm::SmallVector<::sparsegpu::SparseStorage>", "buildParts",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::sparsegpu::SparseStorage &":$storage), "", [{
        return {storage};
      }]>,
    InterfaceMethod<"The number of rows R of one unit.",
      "int64_t", "getUnitRows", (ins "const ::sparsegpu::ScheduleAttr &":$schedule)>
  ];
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMATINTERFACE_TD
