//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attributes as C++ builds them, where text cannot reach.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sparsegpu;

namespace {

struct AttributesTest : testing::Test {
  AttributesTest() { context.loadDialect<SparseGPUDialect>(); }
  MLIRContext context;
};

// SCH-1: an empty unit cannot be written as text.
TEST_F(AttributesTest, EmptyUnitIsRefused) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  ScheduleAttr base = ScheduleAttr::getDefault(&context);
  LogicalResult result = ScheduleAttr::verify(
      [&] { return mlir::emitError(UnknownLoc::get(&context)); }, "",
      base.getScope(), base.getWarps(), base.getLanes(), base.getCoarsening(),
      base.getStep(), base.getUnroll(), base.getReduction(), base.getPath(),
      base.getGuards());
  EXPECT_TRUE(failed(result));
  EXPECT_EQ(message, "schedule field 'unit' is empty (SCH-1)");
}

TEST_F(AttributesTest, FieldsOfCSR) {
  auto csr = CSRAttr::get(&context, IntegerType::get(&context, 64),
                          IndexType::get(&context));
  auto f16 = Float16Type::get(&context);
  auto type = RankedTensorType::get({8, ShapedType::kDynamic}, f16, csr);
  SmallVector<StorageField> fields = getSparseFormat(type).getFields(type);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].name, "positions");
  EXPECT_EQ(fields[0].type.getDimSize(0), 9);
  EXPECT_TRUE(fields[0].type.getElementType().isInteger(64));
  EXPECT_EQ(fields[1].name, "coordinates");
  EXPECT_TRUE(fields[1].type.getElementType().isIndex());
  EXPECT_EQ(fields[2].name, "values");
  EXPECT_EQ(fields[2].type.getElementType(), f16);
  // The ABI: the fields, then one index per dynamic dimension.
  EXPECT_EQ(getStorageTypes(type).size(), 4u);
  FormatCost cost = getSparseFormat(type).getCost(type);
  EXPECT_EQ(cost.bytesPerUnit, 8);
  EXPECT_EQ(cost.bytesPerEntry, 10);
}

} // namespace
