//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/ScheduleSpace.h"

#include <algorithm>
#include <array>
#include <set>

using namespace sparsegpu::costmodel;

size_t ScheduleSpace::size() const {
  size_t warpTiles = 0;
  for (unsigned m : warpTileM)
    for (unsigned n : warpTileN)
      warpTiles += !squareWarpTiles || m == n;
  return sharedStages.size() * registerStages.size() * warpsM.size() *
         warpsN.size() * warpTiles * stepsOfK.size() * splitK.size() *
         groupRows.size() * bytesPerCopy.size();
}

unsigned sparsegpu::costmodel::compactGroup(const TargetDescription &target,
                                            const ContractionShape &shape,
                                            const TileSchedule &s) {
  double wave = double(target.numSMs) *
                computeOccupancy(target, needsOf(shape, s)).blocks;
  double a = double(s.tileM) * shape.bitsA, b = double(s.tileN) * shape.bitsB;
  auto bytes = [&](unsigned rows) { return rows * a + wave / rows * b; };
  unsigned best = 1;
  for (unsigned rows = 2; rows <= 64; rows *= 2)
    if (bytes(rows) < bytes(best))
      best = rows;
  return best;
}

ScheduleSpace sparsegpu::costmodel::paperSpace() {
  ScheduleSpace space;
  space.sharedStages = {2, 3, 4, 5, 6};
  space.registerStages = {1, 2, 4};
  space.warpsM = space.warpsN = {1, 2, 4};
  space.warpTileM = space.warpTileN = {16, 32, 64};
  space.squareWarpTiles = true;
  space.stepsOfK = {1, 2, 4, 8};
  return space;
}

ScheduleSpace sparsegpu::costmodel::defaultSpace() {
  ScheduleSpace space = paperSpace();
  space.squareWarpTiles = false;
  space.sharedStages = {1, 2, 3, 4, 5, 6};
  space.warpTileN = {8, 16, 32, 64};
  space.splitK = {1, 2, 4, 8, 16};
  return space;
}

/// Orders schedules; two have the same key only if they are equal.
static std::array<unsigned, 12> keyOf(const TileSchedule &s) {
  return {s.tileM,
          s.tileN,
          s.tileK,
          s.warpsM,
          s.warpsN,
          s.sharedStages,
          s.splitK,
          s.bytesPerCopy,
          s.registerStages,
          s.groupRows,
          unsigned(s.staging),
          s.mma.k};
}

/// "TILE-6" of "... (TILE-6)".
static std::string ruleOf(const std::string &reason) {
  size_t begin = reason.rfind('(') + 1;
  return reason.substr(begin, reason.size() - 1 - begin);
}

namespace {
/// Goes through a space and keeps what can be.
class Lister {
public:
  Lister(const TargetDescription &target, const ContractionShape &shape,
         const ScheduleSpace &space)
      : target(target), shape(shape), space(space) {
    mma = mmaShapeOf(target, shape.type);
    stepOfK = std::max(mma.k, 32 * 8 / bitsOf(shape.type));
  }

  ScheduleList list() {
    result.points = space.size();
    for (unsigned warpsM : space.warpsM)
      for (unsigned warpsN : space.warpsN)
        for (unsigned warpTileM : space.warpTileM)
          for (unsigned warpTileN : space.warpTileN)
            if (!space.squareWarpTiles || warpTileM == warpTileN)
              listTile(warpsM, warpsN, warpTileM, warpTileN);
    return std::move(result);
  }

private:
  void listTile(unsigned warpsM, unsigned warpsN, unsigned warpTileM,
                unsigned warpTileN) {
    TileSchedule s;
    s.mma = mma;
    s.staging = space.staging;
    s.warpsM = warpsM;
    s.warpsN = warpsN;
    s.tileM = warpsM * warpTileM;
    s.tileN = warpsN * warpTileN;
    for (unsigned steps : space.stepsOfK)
      for (unsigned splits : space.splitK)
        for (unsigned rows : space.groupRows)
          for (unsigned bytes : space.bytesPerCopy) {
            s.tileK = steps * stepOfK;
            s.splitK = splits;
            s.groupRows = rows;
            s.bytesPerCopy = bytes ? bytes : widestCopy(shape);
            listStages(s);
          }
  }

  void listStages(TileSchedule s) {
    for (unsigned sharedStages : space.sharedStages)
      for (unsigned registerStages : space.registerStages) {
        s.sharedStages = sharedStages;
        s.registerStages = registerStages;
        TileSchedule clipped = clipStages(shape, s);
        if (clipped.groupRows == 0)
          clipped.groupRows = compactGroup(target, shape, clipped);
        add(clipped);
      }
  }

  void add(const TileSchedule &s) {
    if (!seen.insert(keyOf(s)).second)
      ++result.duplicates;
    else if (auto reason = whyNot(target, shape, s))
      ++result.refused[ruleOf(*reason)];
    else
      result.schedules.push_back(s);
  }

  const TargetDescription &target;
  const ContractionShape &shape;
  const ScheduleSpace &space;
  MmaShape mma;
  unsigned stepOfK;
  ScheduleList result;
  std::set<std::array<unsigned, 12>> seen;
};
} // namespace

ScheduleList
sparsegpu::costmodel::listSchedules(const TargetDescription &target,
                                    const ContractionShape &shape,
                                    const ScheduleSpace &space) {
  return Lister(target, shape, space).list();
}

static bool isBefore(const Prediction &a, const Prediction &b) {
  if (a.cycles != b.cycles)
    return a.cycles < b.cycles;
  if (a.sharedBytes != b.sharedBytes)
    return a.sharedBytes < b.sharedBytes;
  unsigned registersA = a.registers.total(), registersB = b.registers.total();
  if (registersA != registersB)
    return registersA < registersB;
  return keyOf(a.schedule) < keyOf(b.schedule);
}

std::vector<Prediction> sparsegpu::costmodel::rankSchedules(
    const TargetDescription &target, const ContractionShape &shape,
    const ScheduleList &list, const ModelConstants &constants) {
  std::vector<Prediction> ranked;
  ranked.reserve(list.schedules.size());
  for (const TileSchedule &schedule : list.schedules)
    ranked.push_back(predict(target, shape, schedule, constants));
  std::sort(ranked.begin(), ranked.end(), isBefore);
  return ranked;
}

std::vector<Prediction> sparsegpu::costmodel::rankSchedules(
    const TargetDescription &target, const ContractionShape &shape,
    const ScheduleSpace &space, const ModelConstants &constants) {
  return rankSchedules(target, shape, listSchedules(target, shape, space),
                       constants);
}

static bool sameTile(const TileSchedule &a, const TileSchedule &b) {
  return a.tileM == b.tileM && a.tileN == b.tileN && a.tileK == b.tileK;
}

/// The fastest, unless that splits K and gains too little by it.
static const Prediction &firstThatPays(const std::vector<Prediction> &ranked) {
  if (ranked.front().schedule.splitK > 1)
    for (const Prediction &p : ranked) {
      if (p.cycles > (1 + kSplitGain) * ranked.front().cycles)
        break;
      if (p.schedule.splitK == 1)
        return p;
    }
  return ranked.front();
}

std::optional<ScheduleChoice> sparsegpu::costmodel::chooseSchedule(
    const TargetDescription &target, const ContractionShape &shape,
    const ScheduleSpace &space, std::map<std::string, size_t> *refused) {
  ScheduleList list = listSchedules(target, shape, space);
  if (refused)
    *refused = list.refused;
  std::vector<Prediction> ranked = rankSchedules(target, shape, list);
  if (ranked.empty())
    return std::nullopt;
  const Prediction &first = firstThatPays(ranked);
  const Prediction *best = &first;
  for (const Prediction &p : ranked)
    if (sameTile(p.schedule, first.schedule) &&
        p.schedule.splitK == first.schedule.splitK &&
        p.cycles <= (1 + kEqualWithin) * first.cycles &&
        p.aloneCycles < best->aloneCycles)
      best = &p;
  ScheduleChoice choice;
  choice.best = *best;
  choice.fastest = ranked.front().cycles;
  for (const Prediction &p : ranked) {
    if (&p != best && !choice.runnerUp)
      choice.runnerUp = p;
    if (!sameTile(p.schedule, best->schedule) && !choice.otherTile)
      choice.otherTile = p;
  }
  choice.lowerBound = lowerBoundCycles(target, shape);
  choice.points = list.points;
  choice.ranked = ranked.size();
  choice.refused = list.refused;
  return choice;
}
