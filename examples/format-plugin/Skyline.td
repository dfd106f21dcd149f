//===- Skyline.td - A format of one's own ------------------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SKYLINE_TD
#define SKYLINE_TD

include "SparseGPU/Dialect/SparseGPU/IR/SparseFormatInterface.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/TensorEncoding.td"

def Skyline_Dialect : Dialect {
  let name = "skyline";
  let cppNamespace = "::skyline";
  let summary = "a sparse format outside of SparseGPU";
  let useDefaultAttributePrinterParser = 1;
}

def Skyline_RowsAttr : AttrDef<Skyline_Dialect, "Rows", [
    DeclareAttrInterfaceMethods<SparseFormatInterface, ["storesPadding"]>,
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "rows";
  let summary = "each row from its first to its last entry";
  let description = [{
    Skyline (variable band) storage: of each row everything from its first to
    its last entry. Storage: positions[M + 1], first_columns[M], values.
    Positions and columns are i32.

    ```mlir
    tensor<?x?xf32, #skyline.rows>
    ```
  }];
}

#endif // SKYLINE_TD
