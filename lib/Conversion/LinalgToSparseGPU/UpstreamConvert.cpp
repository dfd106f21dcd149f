//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/UpstreamEncoding.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"

using namespace mlir;
using namespace sparsegpu;

static LogicalResult take(sparse_tensor::ConvertOp op, bool upstreamStorage) {
  auto fail = [&](int operand, const std::string &rule) {
    std::string what = operand == 0 ? "operand" : "result";
    Type type = operand == 0 ? op.getSource().getType() : op.getType();
    return op->emitError() << "'" << op->getName()
                           << "' cannot be taken as sparse_gpu.convert: "
                           << what << " of type " << type << ": " << rule;
  };
  auto to = cast<RankedTensorType>(op.getType());
  auto from = cast<RankedTensorType>(op.getSource().getType());
  if (sparse_tensor::getSparseTensorEncoding(to))
    return fail(1, "there is no conversion to upstream's encoding");
  OpBuilder builder(op);
  Value source = op.getSource();
  if (sparse_tensor::getSparseTensorEncoding(from)) {
    if (!upstreamStorage)
      return fail(0, "upstream keeps the storage of its sparse tensors in host "
                     "memory, which operands=device does not copy");
    std::string reason;
    FailureOr<UpstreamStorage> storage = readUpstreamEncoding(from, reason);
    if (failed(storage))
      return fail(0, reason);
    if (storage->transposed)
      return fail(0, "its levels are in another order than its dimensions");
    source = buildFromUpstream(builder, op.getLoc(), source, *storage);
  }
  // The verifier of the new operation says what else is wrong.
  auto converted = ConvertOp::create(builder, op.getLoc(), to, source);
  op.replaceAllUsesWith(converted.getResult());
  op.erase();
  return converted.verify();
}

LogicalResult sparsegpu::takeUpstreamConversions(ModuleOp module,
                                                 bool upstreamStorage) {
  SmallVector<sparse_tensor::ConvertOp> candidates;
  module.walk([&](sparse_tensor::ConvertOp op) {
    if (getSparseFormat(op.getSource().getType()) ||
        getSparseFormat(op.getType()))
      candidates.push_back(op);
  });
  bool ok = true;
  for (sparse_tensor::ConvertOp op : candidates)
    ok &= succeeded(take(op, upstreamStorage));
  return success(ok);
}
