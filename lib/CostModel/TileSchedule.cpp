//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/TileSchedule.h"

#include <algorithm>

using namespace sparsegpu::costmodel;

static uint64_t ceilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }
static uint64_t alignTo(uint64_t a, uint64_t unit) {
  return ceilDiv(a, unit) * unit;
}

/// As --sparse-gpu-place-shared-memory has it.
static constexpr unsigned kBufferAlignment = 128;

bool TileSchedule::operator==(const TileSchedule &o) const {
  return tileM == o.tileM && tileN == o.tileN && tileK == o.tileK &&
         warpsM == o.warpsM && warpsN == o.warpsN && mma == o.mma &&
         sharedStages == o.sharedStages && registerStages == o.registerStages &&
         splitK == o.splitK && bytesPerCopy == o.bytesPerCopy &&
         groupRows == o.groupRows && staging == o.staging;
}

static std::string product(std::initializer_list<unsigned> values) {
  std::string text;
  for (unsigned value : values)
    text += (text.empty() ? "" : "x") + std::to_string(value);
  return text;
}

std::string sparsegpu::costmodel::toText(const TileSchedule &s) {
  std::string text = product({s.tileM, s.tileN, s.tileK}) + ", warps " +
                     product({s.warpsM, s.warpsN}) + " of " +
                     product({s.warpTileM(), s.warpTileN()}) + ", ";
  text += s.mma.isFma() ? "fma" : "mma " + product({s.mma.m, s.mma.n, s.mma.k});
  text += ", stages " + std::to_string(s.sharedStages) + " shared " +
          std::to_string(s.registerStages) + " register, copies of " +
          std::to_string(s.bytesPerCopy) + " B";
  if (s.splitK > 1)
    text += ", K split by " + std::to_string(s.splitK);
  if (s.groupRows > 1)
    text += ", groups of " + std::to_string(s.groupRows) + " rows";
  if (s.staging != EpilogueStaging::None)
    text += s.staging == EpilogueStaging::Separate ? ", C staged apart"
                                                   : ", C staged in place";
  return text;
}

TileCounts sparsegpu::costmodel::countTiles(const ContractionShape &shape,
                                            const TileSchedule &s) {
  TileCounts counts;
  counts.tilesM = ceilDiv(shape.m, s.tileM);
  counts.tilesN = ceilDiv(shape.n, s.tileN);
  uint64_t tilesK = std::max<uint64_t>(1, ceilDiv(shape.k, s.tileK));
  counts.stageSteps = ceilDiv(tilesK, std::max(1u, s.splitK));
  counts.splits = ceilDiv(tilesK, counts.stageSteps);
  counts.fragmentSteps = s.tileK / s.mma.k;
  counts.blocks =
      double(shape.batch) * counts.tilesM * counts.tilesN * counts.splits;
  return counts;
}

TileSchedule sparsegpu::costmodel::clipStages(const ContractionShape &shape,
                                              TileSchedule schedule) {
  TileCounts counts = countTiles(shape, schedule);
  schedule.splitK = counts.splits;
  schedule.sharedStages =
      std::min<uint64_t>(schedule.sharedStages, counts.stageSteps);
  schedule.registerStages =
      std::min<uint64_t>(schedule.registerStages, counts.fragmentSteps);
  return schedule;
}

uint64_t sparsegpu::costmodel::sharedBytesOf(const ContractionShape &shape,
                                             const TileSchedule &s) {
  uint64_t stages = s.sharedStages, end = 0;
  for (uint64_t bits : {uint64_t(s.tileK) * shape.bitsCoordinate,
                        uint64_t(s.tileM) * s.tileK * shape.bitsA,
                        uint64_t(s.tileK) * s.tileN * shape.bitsB})
    end = alignTo(end, kBufferAlignment) + ceilDiv(stages * bits, 8);
  // Parts of K store sums of the accumulator's type, which are not staged.
  if (s.splitK > 1 && countTiles(shape, s).splits > 1)
    return end;
  uint64_t tileC = ceilDiv(uint64_t(s.tileM) * s.tileN * shape.bitsC, 8);
  if (s.staging == EpilogueStaging::Separate)
    end = alignTo(end, kBufferAlignment) + tileC;
  else if (s.staging == EpilogueStaging::Reused)
    end = std::max(end, tileC);
  return end;
}

// Registers -----------------------------------------------------------------//

// Fitted to the fewest registers with which ptxas 13.0 spills nothing in the
// kernels of this project (benchmark/registers, which has the numbers).

/// Ids, bounds, the loop, slots of the stages, pointers.
static constexpr unsigned kOtherRegisters = 28;
/// Where an asynchronous copy reads and writes.
static constexpr unsigned kRegistersPerCopy = 3;
/// Copies through registers that are on their way at a time.
static constexpr uint64_t kCopiesInFlight = 8;
/// For each of them where tiles end within rows or columns of C, beside twice
/// its own bits: it has a condition and an address of its own then.
static constexpr unsigned kRegistersPerGuard = 2;
/// Copies of 16 bytes that are not asynchronous; more of them where some
/// elements may not exist, which are loaded one by one.
static constexpr unsigned kRegistersPerSynchronousCopy = 4,
                          kRegistersPerPartialSynchronousCopy = 10;
/// Positions, coordinates and permuted rows of a sparse operand; more where an
/// element is two registers, or where rows are stored (and read, for beta) from
/// accumulators.
static constexpr unsigned kRegistersOfGather = 20, kRegistersOfWideGather = 8,
                          kRegistersOfScatter = 24;
/// Kernels of chips without asynchronous copies take a unit more.
static constexpr unsigned kRegistersWithoutAsynchronousCopies = 9;
/// For each asynchronous copy of several elements there, some of which may not
/// exist.
static constexpr unsigned kRegistersPerPartialCopy = 1;
/// Where bytes are transposed in pairs: for each word of a fragment two that
/// wait, so many words at a time, and elements of C that are stored from other
/// registers than those that products are added to. Without stages, only the
/// words.
static constexpr unsigned kRegistersOfPairs = 14;
static constexpr uint64_t kPairedWordsAtATime = 12;
/// Where fragments of bytes of more than two steps are loaded ahead.
static constexpr unsigned kRegistersOfByteSteps = 24;
/// Where floats of 8 bits become f16: beside a register for each word of their
/// fragments, in place of those that wait to be permuted; or for a quarter of
/// the words if there are no stages; more where some copies may not be.
static constexpr unsigned kRegistersOfWidened = 20,
                          kRegistersOfPartialWidened = 20,
                          kRegistersOfPlainWidened = 1;
/// Asynchronous copies that have registers of their own: neighbours of less
/// than 8 bytes share some.
static constexpr uint64_t kCopiesApart = 16, kSmallCopiesApart = 4;
/// Quotients and remainders of an index by the extents of loops.
static constexpr unsigned kRegistersPerExtraLoop = 6;
/// Where the lanes' parts of a slot are: those of FMAs are not in rows. More if
/// K is in parts.
static constexpr unsigned kRegistersOfFmaSlots = 16, kRegistersOfFmaParts = 10;
/// Swizzled offsets of fragments differ by an XOR, not by a constant. ldmatrix
/// has so few that they do not show; elements of 64 bits are loaded one by one.
static constexpr unsigned kRegistersPerElementLoad = 1;
/// Below the largest of the measured kernels by less than this.
static constexpr double kRegisterMargin = 1.1;
/// Registers are given to a warp in units of 256.
static constexpr unsigned kRegisterUnit = 8;
/// Of a thread (PTX ISA, ".maxnreg").
static constexpr unsigned kMaxRegisters = 255;

unsigned RegisterEstimate::total() const {
  double sum =
      kRegisterMargin * (accumulators + fragments + copies + addresses + other);
  unsigned units = alignTo(static_cast<uint64_t>(sum), kRegisterUnit);
  // The last unit is one register short.
  return units == kMaxRegisters + 1 ? kMaxRegisters : units;
}

/// Copies that a thread makes for one stage, of both operands.
static uint64_t copiesPerThread(const ContractionShape &shape,
                                const TileSchedule &s) {
  uint64_t bitsA = uint64_t(s.tileM) * s.tileK * shape.bitsA;
  uint64_t bitsB = uint64_t(s.tileK) * s.tileN * shape.bitsB;
  uint64_t bitsAtOnce = uint64_t(s.threads()) * s.bytesPerCopy * 8;
  return ceilDiv(bitsA, bitsAtOnce) + ceilDiv(bitsB, bitsAtOnce);
}

RegisterEstimate
sparsegpu::costmodel::estimateRegisters(const ContractionShape &shape,
                                        const TileSchedule &s) {
  RegisterEstimate result;
  unsigned warpM = s.warpTileM(), warpN = s.warpTileN();
  unsigned bits = bitsOf(shape.type);
  result.accumulators =
      ceilDiv(uint64_t(warpM) * warpN * shape.bitsAccumulator, 32 * 32);
  uint64_t words = ceilDiv(uint64_t(warpM + warpN) * s.mma.k * bits, 32 * 32);
  if (s.mma.isFma())
    // Those of the next product are loaded meanwhile.
    words = 2 * (warpM / 8 + warpN / 4) * std::max(1u, bits / 32);
  uint64_t paired = 0;
  if (bits == 8 && !s.mma.isFma())
    paired = (shape.transposedA ? warpM : 0) + (shape.transposedB ? 0 : warpN);
  // Fragments of later steps are on their way if later stages are.
  result.fragments = words * (s.sharedStages > 1 ? s.registerStages : 1);
  uint64_t pairedWords = ceilDiv(paired * s.mma.k * bits, 32 * 32), waiting = 0;
  if (paired && s.sharedStages > 1)
    waiting =
        kRegistersOfPairs + 2 * std::min(pairedWords, kPairedWordsAtATime);
  else
    result.fragments += pairedWords;
  if (bits == 8 && !s.mma.isFma() && s.sharedStages > 1 && s.registerStages > 2)
    result.fragments += kRegistersOfByteSteps;
  bool partial = shape.dynamic || shape.m % s.tileM || shape.n % s.tileN;
  if (shape.widenedFloat8 && !s.mma.isFma() && s.sharedStages > 1)
    waiting = std::max(waiting, words + kRegistersOfWidened +
                                    partial * kRegistersOfPartialWidened);
  else if (shape.widenedFloat8 && !s.mma.isFma())
    result.fragments += words / 4 + kRegistersOfPlainWidened;
  result.fragments += waiting;
  uint64_t copies = copiesPerThread(shape, s);
  result.addresses = kRegistersPerExtraLoop * shape.extraLoops;
  if (s.mma.isFma() && s.sharedStages > 1)
    result.addresses +=
        kRegistersOfFmaSlots + (s.splitK > 1 ? kRegistersOfFmaParts : 0);
  if (bits == 64 && !s.mma.isFma())
    result.addresses += kRegistersPerElementLoad * words / 2 *
                        std::min(s.tileK / s.mma.k, s.registerStages + 1);
  if (s.bytesPerCopy >= 4 && partial && 8 * s.bytesPerCopy > shape.bitsA)
    result.addresses += kRegistersPerPartialCopy * copies;
  if (s.bytesPerCopy >= 4)
    result.addresses +=
        kRegistersPerCopy *
        std::min(copies, s.bytesPerCopy > 4 ? kCopiesApart : kSmallCopiesApart);
  if (s.bytesPerCopy >= 4 && shape.synchronousCopies)
    result.copies = (partial ? kRegistersPerPartialSynchronousCopy
                             : kRegistersPerSynchronousCopy) *
                    std::min(copies, kCopiesInFlight);
  else if (s.bytesPerCopy < 4 && partial && !shape.bitsCoordinate)
    result.copies =
        (kRegistersPerGuard + 2 * std::max(1u, shape.bitsAccumulator / 32) +
         (shape.bitsA == 16)) *
        std::min(copies, kCopiesInFlight);
  result.other = kOtherRegisters;
  if (shape.bitsCoordinate)
    result.other += kRegistersOfGather + (bits == 64) * kRegistersOfWideGather;
  if (shape.bitsCoordinate && s.sharedStages > 1 &&
      s.staging == EpilogueStaging::None)
    result.other += kRegistersOfScatter;
  if (shape.synchronousCopies)
    result.other += kRegistersWithoutAsynchronousCopies;
  return result;
}

KernelNeeds sparsegpu::costmodel::needsOf(const ContractionShape &shape,
                                          const TileSchedule &schedule) {
  KernelNeeds needs;
  needs.threadsPerBlock = schedule.threads();
  needs.sharedBytes = static_cast<unsigned>(sharedBytesOf(shape, schedule));
  needs.registers = estimateRegisters(shape, schedule).total();
  return needs;
}

// Validity ------------------------------------------------------------------//

unsigned sparsegpu::costmodel::widestCopy(const ContractionShape &shape) {
  for (unsigned bytes : {16, 8, 4})
    if (shape.rowBitsA() % (8 * bytes) == 0 &&
        shape.rowBitsB() % (8 * bytes) == 0)
      return bytes;
  return std::max(1u, std::min({shape.bitsA, shape.bitsB, 32u}) / 8);
}

static bool oneOf(unsigned value, std::initializer_list<unsigned> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Rules of numbers alone, which all others rely on.
static std::optional<std::string> whyNotNumbers(const TileSchedule &s) {
  if (!s.tileM || !s.tileN || !s.tileK || !s.warpsM || !s.warpsN || !s.mma.m ||
      !s.mma.n || !s.mma.k || !s.splitK || !s.groupRows)
    return "tiles, warps, mma shape, split and group are at least 1 (TILE-1)";
  if (s.sharedStages < 1 || s.sharedStages > 6 || s.registerStages < 1 ||
      s.registerStages > 4)
    return "1 to 6 shared stages and 1 to 4 register stages, not " +
           std::to_string(s.sharedStages) + " and " +
           std::to_string(s.registerStages) + " (TILE-1)";
  if (!oneOf(s.bytesPerCopy, {1, 2, 4, 8, 16}))
    return "a copy has 1, 2, 4, 8 or 16 bytes, not " +
           std::to_string(s.bytesPerCopy) + " (TILE-1)";
  return std::nullopt;
}

static std::optional<std::string> whyNotTiles(const TargetDescription &target,
                                              const ContractionShape &shape,
                                              const TileSchedule &s) {
  MmaShape mma = mmaShapeOf(target, shape.type);
  if (!(s.mma == mma))
    return std::string(target.name) + " multiplies " + nameOf(shape.type) +
           " by " + product({mma.m, mma.n, mma.k}) + ", not " +
           product({s.mma.m, s.mma.n, s.mma.k}) + " (TILE-2)";
  unsigned unitM = s.warpsM * (mma.isFma() ? 8 : mma.m);
  unsigned unitN = s.warpsN * (mma.isFma() ? 4 : mma.n);
  if (s.tileM % unitM || s.tileN % unitN || s.tileK % mma.k)
    return "the block tile " + product({s.tileM, s.tileN, s.tileK}) +
           " is no multiple of warps x mma, " + product({unitM, unitN, mma.k}) +
           " (TILE-3)";
  if (s.threads() > target.maxThreadsPerBlock)
    return std::to_string(s.threads()) + " threads, a block has at most " +
           std::to_string(target.maxThreadsPerBlock) + " (TILE-4)";
  return std::nullopt;
}

static std::optional<std::string> whyNotCopies(const TargetDescription &target,
                                               const ContractionShape &shape,
                                               const TileSchedule &s) {
  uint64_t bits = uint64_t(8) * s.bytesPerCopy;
  if (shape.rowBitsA() % bits || shape.rowBitsB() % bits)
    return "rows of A or B are no multiple of copies of " +
           std::to_string(s.bytesPerCopy) + " bytes (TILE-5)";
  uint64_t all = bits * s.threads();
  uint64_t tileA = uint64_t(s.tileM) * s.tileK * shape.bitsA;
  uint64_t tileB = uint64_t(s.tileK) * s.tileN * shape.bitsB;
  if (tileA % all || tileB % all)
    return "tiles of " + std::to_string(tileA / 8) + " and " +
           std::to_string(tileB / 8) + " bytes are no multiple of " +
           std::to_string(s.threads()) + " copies of " +
           std::to_string(s.bytesPerCopy) + " bytes (TILE-6)";
  uint64_t runA = uint64_t(shape.transposedA ? s.tileM : s.tileK) * shape.bitsA;
  uint64_t runB = uint64_t(shape.transposedB ? s.tileK : s.tileN) * shape.bitsB;
  if (runA % bits || runB % bits)
    return "rows of a tile are no multiple of copies of " +
           std::to_string(s.bytesPerCopy) + " bytes (TILE-6)";
  if (s.sharedStages > 1 &&
      (s.bytesPerCopy < 4 || capabilityOf(target.chip) < 80))
    return std::to_string(s.sharedStages) +
           " shared stages need asynchronous copies: sm_80 and 4, 8 or 16 "
           "bytes (TILE-7)";
  return std::nullopt;
}

std::optional<std::string>
sparsegpu::costmodel::whyNot(const TargetDescription &target,
                             const ContractionShape &shape,
                             const TileSchedule &s) {
  if (auto reason = whyNotNumbers(s))
    return reason;
  if (auto reason = whyNotTiles(target, shape, s))
    return reason;
  if (auto reason = whyNotCopies(target, shape, s))
    return reason;
  uint64_t shared = sharedBytesOf(shape, s);
  if (shared > target.sharedPerBlock)
    return std::to_string(shared) + " bytes of shared memory, a block has " +
           std::to_string(target.sharedPerBlock) + " (TILE-8)";
  Occupancy occupancy = computeOccupancy(target, needsOf(shape, s));
  if (!occupancy.blocks)
    return "about " + std::to_string(estimateRegisters(shape, s).total()) +
           " registers for each of " + std::to_string(s.threads()) +
           " threads do not fit a SM (TILE-9)";
  return std::nullopt;
}
