//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. All uses of a buffer are accesses that are understood (SharedAccess.h).
// 2. The subscripts of each are evaluated for the lanes of a warp, in every
// case
//    that the bank model tells apart (LaneExpression.h).
// 3. The bank model chooses a layout from all of them (BankModel.h).
// 4. The last subscript of every access is rewritten, or of none.
//
// Invariant: lanes that a condition around an access masks are kept. Fewer
// lanes never take more wavefronts, so what is proved holds for them. A lane
// that would be out of bounds or misaligned cannot execute the access, and is
// left out.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/Swizzle.h"
#include "SparseGPU/Transforms/LaneAnalysis.h"
#include "SparseGPU/Transforms/Passes.h"

#include "FoldSharedViews.h"
#include "SharedAccess.h"
#include "SwizzleRewrite.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <numeric>
#include <set>

namespace sparsegpu {
#define GEN_PASS_DEF_SWIZZLE
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// Cases of one access (warps included) that are enumerated at most.
static constexpr uint64_t kMaxCases = 65536;

namespace {
/// One buffer, on its way through the steps.
class BufferSwizzler {
public:
  BufferSwizzler(TypedValue<MemRefType> buffer, Operation *kernel)
      : buffer(buffer), type(buffer.getType()), analysis(kernel) {}

  LogicalResult checkType();
  LogicalResult collectAccesses();
  LogicalResult analyse();
  LayoutChoice choose() const { return chooseLayout(tile); }
  void rewrite(const XorLayout &layout, Region &kernel, RewriterBase &rewriter);
  void report(const LayoutChoice &choice, bool explain);

private:
  InFlightDiagnostic refuse() {
    return emitRemark(buffer.getLoc())
           << "shared buffer of type " << type << " is not swizzled: ";
  }
  LogicalResult analyse(const SharedAccess &access);
  void addPlaces(const SharedAccess &access,
                 const std::vector<LaneValue> &indices, uint32_t lanes,
                 std::set<LanePlaces> &places) const;

  TypedValue<MemRefType> buffer;
  MemRefType type;
  LaneAnalysis analysis;
  SmallVector<SharedAccess> accesses;
  Tile tile;
};
} // namespace

LogicalResult BufferSwizzler::checkType() {
  Type element = type.getElementType();
  unsigned bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 0;
  if (type.getRank() < 2 || !type.hasStaticShape() ||
      !type.getLayout().isIdentity() || type.getNumElements() == 0 ||
      bits % 8 != 0 || !llvm::isPowerOf2_32(bits) || bits > 128) {
    refuse() << "it needs two or more dimensions, a static shape, the identity "
                "layout, and numbers of 1 to 16 bytes (SWZ-1)";
    return failure();
  }
  tile.rowLength = type.getShape().back();
  tile.elementBytes = bits / 8;
  return success();
}

LogicalResult BufferSwizzler::collectAccesses() {
  for (OpOperand &use : buffer.getUses()) {
    Operation *op = use.getOwner();
    if (isa<memref::DeallocOp, gpu::DeallocOp>(op))
      continue;
    std::optional<SharedAccess> access = getSharedAccess(use, type);
    if (!access) {
      InFlightDiagnostic remark =
          refuse() << "its use by '" << op->getName()
                   << "' is not an access that is understood (SWZ-2)";
      remark.attachNote(op->getLoc()) << "this use";
      return failure();
    }
    accesses.push_back(*access);
  }
  // Uses are listed from the last to the first.
  std::reverse(accesses.begin(), accesses.end());
  return success();
}

void BufferSwizzler::addPlaces(const SharedAccess &access,
                               const std::vector<LaneValue> &indices,
                               uint32_t lanes,
                               std::set<LanePlaces> &places) const {
  ArrayRef<int64_t> shape = type.getShape();
  unsigned rank = shape.size();
  LanePlaces found;
  found.lanes = lanes & access.lanes;
  for (unsigned lane = 0; lane < 32; ++lane) {
    int64_t base = 0;
    bool isPossible = true;
    for (unsigned i = 0; i < rank; ++i) {
      int64_t index = indices[i].lanes[lane];
      int64_t last = shape[i] - (i + 1 == rank ? access.width : 1);
      isPossible &= indices[i].slack != 0 || (index >= 0 && index <= last);
      base = base * shape[i] + (i + 1 == rank ? 0 : index);
    }
    base *= tile.elementBytes;
    int64_t column = indices[rank - 1].lanes[lane];
    int64_t alignment = std::min<int64_t>(access.alignment, kBankLine);
    isPossible &= (base + column * tile.elementBytes) % alignment == 0;
    if (!isPossible)
      found.lanes &= ~(1u << lane);
    found.rows[lane] = indices[rank - 2].lanes[lane];
    found.columns[lane] = column;
    found.bases[lane] = base;
  }
  if (!found.lanes)
    return;
  // Equal up to what makes no difference is the same.
  auto normalize = [&](std::array<int64_t, 32> &values, int64_t period) {
    int64_t lowest = std::numeric_limits<int64_t>::max();
    for (unsigned lane = 0; lane < 32; ++lane)
      if (found.lanes >> lane & 1)
        lowest = std::min(lowest, values[lane]);
    int64_t shift = llvm::divideFloorSigned(lowest, period) * period;
    for (unsigned lane = 0; lane < 32; ++lane)
      values[lane] = found.lanes >> lane & 1 ? values[lane] - shift : 0;
  };
  normalize(found.rows, kRowPeriod);
  normalize(found.columns, kBankLine / tile.elementBytes);
  normalize(found.bases, kBankLine);
  places.insert(found);
}

LogicalResult BufferSwizzler::analyse(const SharedAccess &access) {
  StringRef name = access.op->getName().getStringRef();
  auto refuseFor = [&](Value value, const Twine &reason, bool needsBlock) {
    InFlightDiagnostic remark = refuse()
                                << "a subscript of '" << name << "' " << reason;
    remark.attachNote(access.op->getLoc()) << "this access";
    if (value)
      remark.attachNote(value.getLoc()) << "this value";
    return failure();
  };
  // What the model needs to know of each subscript.
  ArrayRef<int64_t> shape = type.getShape();
  unsigned rank = shape.size();
  std::vector<LaneProgram::Root> roots(rank);
  int64_t stride = tile.elementBytes;
  for (unsigned i = rank; i-- > 0; stride *= shape[i]) {
    Value index = access.getIndices()[i];
    FailureOr<LaneProgram::Id> id = analysis.translate(index);
    if (failed(id)) {
      const LaneAnalysis::Failure &why = analysis.getFailure();
      return refuseFor(why.value,
                       why.reason + (why.needsBlock
                                         ? ", which is not known (SWZ-5)"
                                         : " (SWZ-3)"),
                       why.needsBlock);
    }
    int64_t modulus = kBankLine / std::gcd(kBankLine, stride);
    roots[i] = {*id, i + 2 == rank ? std::max(modulus, kRowPeriod) : modulus};
  }
  std::set<LanePlaces> places;
  std::optional<LaneFailure> problem = analysis.getProgram().forEachCase(
      roots, kMaxCases,
      [&](const std::vector<LaneValue> &indices, uint32_t lanes) {
        addPlaces(access, indices, lanes, places);
      });
  if (problem)
    return refuseFor(analysis.getValue(problem->node),
                     problem->tooManyCases
                         ? "has more than " + std::to_string(kMaxCases) +
                               " cases (SWZ-4)"
                         : problem->reason + " (SWZ-3)",
                     false);
  tile.accesses.push_back({access.use,
                           access.width,
                           access.requestBytes,
                           {places.begin(), places.end()}});
  return success();
}

LogicalResult BufferSwizzler::analyse() {
  for (const SharedAccess &access : accesses)
    if (failed(analyse(access)))
      return failure();
  return success();
}

void BufferSwizzler::rewrite(const XorLayout &layout, Region &kernel,
                             RewriterBase &rewriter) {
  SwizzleRewriter columns(rewriter, kernel, layout);
  for (const SharedAccess &access : accesses) {
    unsigned last = access.firstIndex + access.numIndices - 1;
    Value column = columns.getColumn(access.op, access.op->getOperand(last - 1),
                                     access.op->getOperand(last));
    rewriter.modifyOpInPlace(access.op,
                             [&] { access.op->setOperand(last, column); });
  }
}

void BufferSwizzler::report(const LayoutChoice &choice, bool explain) {
  if (choice.degree > 1) {
    Operation *worst = accesses[choice.worstAccess].op;
    InFlightDiagnostic remark = emitRemark(buffer.getLoc())
                                << "shared buffer of type " << type << " keeps "
                                << choice.degree << "-way bank conflicts of '"
                                << worst->getName() << "': ";
    if (choice.hasCandidates)
      remark << "the best layout is " << choice.layout.str() << " (SWZ-6)";
    else
      remark << "no XOR layout keeps its accesses in one piece (SWZ-7)";
    remark.attachNote(worst->getLoc()) << "this access";
    return;
  }
  if (!explain)
    return;
  size_t cases = 0;
  for (const TileAccess &access : tile.accesses)
    cases += access.places.size();
  InFlightDiagnostic remark = emitRemark(buffer.getLoc())
                              << "shared buffer of type " << type;
  if (choice.layout.isIdentity())
    remark << " has no bank conflicts as it is";
  else
    remark << " has no bank conflicts with " << choice.layout.str();
  remark << "; accesses: " << accesses.size() << ", different cases: " << cases;
}

FailureOr<LayoutChoice> sparsegpu::swizzleBuffer(TypedValue<MemRefType> buffer,
                                                 RewriterBase &rewriter,
                                                 bool explain) {
  Operation *kernel = buffer.getParentRegion()->getParentOp();
  while (kernel && !isa<gpu::LaunchOp, FunctionOpInterface>(kernel))
    kernel = kernel->getParentOp();
  if (!kernel)
    return failure();
  foldSharedViews(rewriter, kernel);
  BufferSwizzler swizzler(buffer, kernel);
  if (failed(swizzler.checkType()) || failed(swizzler.collectAccesses()) ||
      failed(swizzler.analyse()))
    return failure();
  LayoutChoice choice = swizzler.choose();
  if (!choice.layout.isIdentity())
    swizzler.rewrite(choice.layout, kernel->getRegion(0), rewriter);
  swizzler.report(choice, explain);
  return choice;
}

namespace {
struct Swizzle : sparsegpu::impl::SwizzleBase<Swizzle> {
  using SwizzleBase::SwizzleBase;

  void runOnOperation() override {
    SmallVector<TypedValue<MemRefType>> buffers;
    auto add = [&](Value value) {
      auto memref = dyn_cast<TypedValue<MemRefType>>(value);
      if (memref &&
          nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(memref.getType()))
        buffers.push_back(memref);
    };
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto alloc = dyn_cast<memref::AllocOp>(op))
        add(alloc.getResult());
      else if (auto launch = dyn_cast<gpu::LaunchOp>(op))
        llvm::for_each(launch.getWorkgroupAttributions(), add);
      else if (auto function = dyn_cast<gpu::GPUFuncOp>(op))
        llvm::for_each(function.getWorkgroupAttributions(), add);
    });
    IRRewriter rewriter(&getContext());
    // A refusal is a remark, and no failure of the pass.
    for (TypedValue<MemRefType> buffer : buffers)
      (void)swizzleBuffer(buffer, rewriter, explain);
  }
};
} // namespace
