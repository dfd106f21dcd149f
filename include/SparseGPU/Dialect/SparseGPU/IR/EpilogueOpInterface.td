//===- EpilogueOpInterface.td - Products with an epilogue --*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_EPILOGUEOPINTERFACE_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_EPILOGUEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def SparseGPU_EpilogueOpInterface : OpInterface<"EpilogueOpInterface"> {
  let cppNamespace = "::sparsegpu";
  let description = [{
    A product of level 1, each of whose sums passes an epilogue before it is
    stored: what `--sparse-gpu-fuse-epilogue` needs to know to make elementwise
    users a part of it. Subscripts are maps from the loops of the operation, of
    which C has each at most once.
  }];
  let methods = [
    InterfaceMethod<"The loops that subscripts are made of.",
                    "unsigned", "getNumLoops">,
    InterfaceMethod<"The subscripts of C.", "::mlir::AffineMap", "getMapOfC">,
    InterfaceMethod<"The operands whose sizes are extents of loops, with their "
                    "subscripts; inputs of the epilogue left out.",
        "::llvm::SmallVector<std::pair<::mlir::Value, ::mlir::AffineMap>>",
        "getSubscripts">,
    InterfaceMethod<"The destination.", "::mlir::Value", "getInit">,
    InterfaceMethod<"What the epilogue reads.", "::mlir::OperandRange",
                    "getInputs">,
    InterfaceMethod<"The subscripts of each input, if there are any.",
                    "std::optional<::mlir::ArrayAttr>", "getInputMaps">,
    InterfaceMethod<"Empty if what is stored is the sum, rounded.",
                    "::mlir::Region &", "getEpilogue">,
    InterfaceMethod<"The type of sums.", "::mlir::Type", "getAccumulatorType">,
    InterfaceMethod<"Whether C is added to the sum.", "bool", "addsInit">,
    InterfaceMethod<"What C is multiplied by before it is added, of the "
                    "accumulator's type; null if by nothing.",
                    "::mlir::Value", "getFactorOfInit">,
    InterfaceMethod<"Whether an epilogue may yield elements of `type`.",
                    "bool", "canStore", (ins "::mlir::Type":$type)>,
    InterfaceMethod<[{
        The same product with another C, of which `map` are the subscripts, and
        another epilogue, whose body is taken out of `epilogue`. C is added as
        before if `addsInit`, and not otherwise.
      }], "::mlir::Operation *", "rebuildWithEpilogue",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$init,
           "::mlir::AffineMap":$map, "bool":$addsInit,
           "::mlir::ValueRange":$inputs,
           "::llvm::ArrayRef<::mlir::AffineMap>":$inputMaps,
           "::mlir::Region &":$epilogue)>,
  ];
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_EPILOGUEOPINTERFACE_TD
