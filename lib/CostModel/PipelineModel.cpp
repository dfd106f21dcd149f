//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/PipelineModel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace sparsegpu::costmodel;

static constexpr double kSectorBytes = 32;
/// A ldmatrix.x4, or a load of 16 bytes by each lane.
static constexpr double kBytesPerFragmentLoad = 512;

bool sparsegpu::costmodel::isHidden(double load, double use, double s,
                                    double x) {
  return load <= (s * x - 1) * use;
}

double sparsegpu::costmodel::pipelineCycles(double load, double use, double n,
                                            double s, double x) {
  return isHidden(load, use, s, x) ? n * x * use : n * (load + use) / s;
}

const char *sparsegpu::costmodel::nameOf(Bound bound) {
  switch (bound) {
  case Bound::Products:
    return "products";
  case Bound::FragmentLatency:
    return "latency of loads of fragments";
  case Bound::ProductLatency:
    return "latency of products";
  case Bound::StageLatency:
    return "latency of loads of stages";
  case Bound::StageOverhead:
    return "barriers and waits";
  case Bound::L2:
    return "bandwidth of L2";
  case Bound::Dram:
    return "bandwidth of DRAM";
  case Bound::SharedMemory:
    return "bandwidth of shared memory";
  case Bound::Issue:
    return "issue of instructions";
  case Bound::Prologue:
    return "prologue";
  case Bound::Epilogue:
    return "epilogue";
  case Bound::SplitSum:
    return "sum over the parts of K";
  }
  return "";
}

double sparsegpu::costmodel::sectorBytes(double run, double row) {
  if (run >= row || run <= 0)
    return run;
  auto whole = [](double bytes) { return uint64_t(std::ceil(bytes)); };
  double unit = std::gcd(std::gcd(whole(row), whole(run)), uint64_t(32));
  return run + kSectorBytes - unit;
}

namespace {
/// The model of one schedule, with what does not depend on the wave.
class Model {
public:
  Model(const TargetDescription &target, const ContractionShape &shape,
        const TileSchedule &schedule, const ModelConstants &constants);

  WaveTerms wave(double blocks, unsigned residents) const;
  double splitSum() const;

private:
  double toBytesPerCycle(double gigabytes) const {
    return gigabytes / target.clockGHz;
  }
  double l2BytesPerCycle(double blocks) const {
    double sms = std::min<double>(target.numSMs, blocks);
    return std::min(toBytesPerCycle(target.l2GBs),
                    sms * constants.l2BytesPerSM);
  }
  double inner(double warpsPerScheduler) const;
  void addLevels(WaveTerms &wave) const;
  void addStageFloors(WaveTerms &wave) const;
  void addMain(WaveTerms &wave) const;
  double epilogue(const WaveTerms &wave) const;
  Bound boundOfMain(const WaveTerms &wave) const;

  const TargetDescription &target;
  const ContractionShape &shape;
  const TileSchedule &schedule;
  const ModelConstants &constants;
  TileCounts counts;
  double fromDram;
  /// Of a warp and step: bytes of both fragments, cycles of its products, and
  /// how many products.
  double fragmentBytes, productCycles, products;
};
} // namespace

static double ceilDiv(double a, double b) { return std::ceil(a / b); }

/// Elements of a tile that are inside of the operands, on average.
static double averageM(const ContractionShape &shape, const TileCounts &c) {
  return double(shape.m) / c.tilesM;
}
static double averageN(const ContractionShape &shape, const TileCounts &c) {
  return double(shape.n) / c.tilesN;
}
static double averageK(const ContractionShape &shape, const TileCounts &c) {
  return double(shape.k) / (double(c.splits) * c.stageSteps);
}

/// In-bounds bytes of the tile of A in a stage, on average.
static double stageBytesA(const ContractionShape &shape, const TileCounts &c) {
  return averageM(shape, c) * averageK(shape, c) * shape.bitsA / 8;
}
static double stageBytesB(const ContractionShape &shape, const TileCounts &c) {
  return averageN(shape, c) * averageK(shape, c) * shape.bitsB / 8;
}

/// The same as L2 delivers them: whole sectors.
static double stageSectorBytes(const ContractionShape &shape,
                               const TileCounts &c) {
  auto scaled = [](double bytes, double run, double row) {
    return run > 0 ? bytes * sectorBytes(run, row) / run : 0;
  };
  double m = averageM(shape, c), n = averageN(shape, c), k = averageK(shape, c);
  return scaled(stageBytesA(shape, c),
                (shape.transposedA ? m : k) * shape.bitsA / 8,
                shape.rowBitsA() / 8.0) +
         scaled(stageBytesB(shape, c),
                (shape.transposedB ? k : n) * shape.bitsB / 8,
                shape.rowBitsB() / 8.0);
}

double sparsegpu::costmodel::distinctBytes(const ContractionShape &shape,
                                           const TileSchedule &schedule,
                                           double blocks) {
  TileCounts c = countTiles(shape, schedule);
  double a = stageBytesA(shape, c), b = stageBytesB(shape, c);
  double tilesM = c.tilesM, tilesN = c.tilesN;
  if (blocks >= tilesM * tilesN)
    return blocks / (tilesM * tilesN) * (tilesM * a + tilesN * b);
  double group = std::min<double>(schedule.groupRows, tilesM);
  if (blocks >= group * tilesN)
    return blocks / tilesN * a + tilesN * b;
  double rows = std::min(group, blocks);
  return rows * a + blocks / rows * b;
}

/// Of the last wave, which does not fill the GPU.
static double tailBlocks(double blocks, double perWave) {
  return blocks - std::floor(blocks / perWave) * perWave;
}

double sparsegpu::costmodel::dramShare(const TargetDescription &target,
                                       const ContractionShape &shape,
                                       const TileSchedule &schedule,
                                       const Occupancy &occupancy) {
  TileCounts counts = countTiles(shape, schedule);
  double perWave = double(occupancy.blocks) * target.numSMs;
  double tail = tailBlocks(counts.blocks, perWave);
  double loaded = std::floor(counts.blocks / perWave) *
                  distinctBytes(shape, schedule, perWave);
  if (tail > 0)
    loaded += distinctBytes(shape, schedule, tail);
  loaded *= counts.stageSteps;
  double footprint = shape.bytesA() + shape.bytesB();
  if (footprint <= 0 || loaded <= footprint)
    return 1;
  double missing = std::max(0.0, 1 - target.l2CacheBytes / footprint);
  return (footprint + missing * (loaded - footprint)) / loaded;
}

Model::Model(const TargetDescription &target, const ContractionShape &shape,
             const TileSchedule &schedule, const ModelConstants &constants)
    : target(target), shape(shape), schedule(schedule), constants(constants),
      counts(countTiles(shape, schedule)),
      fromDram(dramShare(target, shape, schedule,
                         computeOccupancy(target, needsOf(shape, schedule)))) {
  double warpM = schedule.warpTileM(), warpN = schedule.warpTileN();
  const MmaShape &mma = schedule.mma;
  fragmentBytes = (warpM * shape.bitsA + warpN * shape.bitsB) * mma.k / 8;
  // Each lane loads what it multiplies: 4 lanes the same of A, 8 of B.
  if (mma.isFma())
    fragmentBytes = (4 * warpM * shape.bitsA + 8 * warpN * shape.bitsB) / 8;
  products = mma.isFma() ? warpM * warpN / 32 : warpM / mma.m * (warpN / mma.n);
  productCycles = 2 * warpM * warpN * mma.k /
                  (contractionRate(target, shape) / target.issue);
}

/// Cycles in which `x` warps of a scheduler go through the fragments of a
/// stage.
double Model::inner(double x) const {
  double load = schedule.warps() * fragmentBytes / target.sharedBytes +
                target.sharedLatency;
  double latency =
      schedule.mma.isFma() ? constants.fmaLatency : constants.mmaLatency;
  return std::max(pipelineCycles(load, productCycles, counts.fragmentSteps,
                                 schedule.registerStages, x),
                  counts.fragmentSteps * latency);
}

void Model::addLevels(WaveTerms &wave) const {
  double ownWarps = ceilDiv(schedule.warps(), target.issue);
  wave.residentWarps =
      ceilDiv(double(schedule.warps()) * wave.residents, target.issue);
  wave.fragments.load = schedule.warps() * fragmentBytes / target.sharedBytes +
                        target.sharedLatency;
  wave.fragments.use = productCycles;
  wave.fragments.steps = counts.fragmentSteps;
  wave.fragments.stages = schedule.registerStages;
  wave.fragments.parallel = ownWarps;
  wave.own = inner(ownWarps) + constants.stageOverhead;
  wave.all = std::max(inner(wave.residentWarps) +
                          constants.stageOverhead / wave.residents,
                      wave.own);

  double latency = target.l2Latency +
                   fromDram * (double(target.dramLatency) - target.l2Latency);
  wave.stages.load = std::max(wave.l2, wave.dram) + latency;
  wave.stages.use = wave.own;
  wave.stages.steps = counts.stageSteps;
  wave.stages.stages = schedule.sharedStages;
  wave.stages.parallel = wave.all / wave.own;
}

void Model::addStageFloors(WaveTerms &wave) const {
  wave.l2 = wave.blocks * stageSectorBytes(shape, counts) /
            l2BytesPerCycle(wave.blocks);
  wave.dram = distinctBytes(shape, schedule, wave.blocks) * fromDram /
              toBytesPerCycle(target.dramGBs);

  double tileBytes = (double(schedule.tileM) * shape.bitsA +
                      double(schedule.tileN) * shape.bitsB) *
                     schedule.tileK / 8;
  double fragments =
      double(schedule.warps()) * counts.fragmentSteps * fragmentBytes;
  wave.shared = wave.residents * (tileBytes + fragments) / target.sharedBytes;

  double copies = tileBytes / schedule.bytesPerCopy / 32;
  double perWarp = counts.fragmentSteps *
                       (products + fragmentBytes / kBytesPerFragmentLoad) +
                   constants.issuePerStage;
  wave.issue = wave.residents *
               (copies * constants.issuePerCopy + schedule.warps() * perWarp) /
               target.issue;
}

Bound Model::boundOfMain(const WaveTerms &wave) const {
  double steps = counts.stageSteps;
  if (wave.main > wave.stages.cycles()) {
    std::pair<double, Bound> floors[] = {{wave.l2, Bound::L2},
                                         {wave.dram, Bound::Dram},
                                         {wave.shared, Bound::SharedMemory},
                                         {wave.issue, Bound::Issue}};
    for (auto [cycles, bound] : floors)
      if (steps * cycles >= wave.main)
        return bound;
  }
  if (!wave.stages.hidden())
    return Bound::StageLatency;
  // Then the blocks of a SM take `all` cycles for a stage.
  double warps = wave.residentWarps;
  if (wave.all - inner(warps) > wave.all / 2)
    return Bound::StageOverhead;
  double busy = counts.fragmentSteps * warps * productCycles;
  if (inner(warps) <= busy)
    return Bound::Products;
  return wave.fragments.hiddenBy(warps) ? Bound::ProductLatency
                                        : Bound::FragmentLatency;
}

void Model::addMain(WaveTerms &wave) const {
  double floor = std::max({wave.l2, wave.dram, wave.shared, wave.issue});
  wave.main = std::max(wave.stages.cycles(), wave.stages.steps * floor);
  // The first step: a load and a use, less what the main loop has of it.
  double first = wave.stages.load + wave.all - wave.main / wave.stages.steps;
  wave.prologue =
      constants.blockStart + std::max(0.0, first) + wave.fragments.fill();
}

/// Tiles of C of all blocks of the wave, to L2 and on to DRAM; through shared
/// memory if they are staged.
double Model::epilogue(const WaveTerms &wave) const {
  double bits = counts.splits > 1 ? shape.bitsAccumulator : shape.bitsC;
  double bytes = averageM(shape, counts) * averageN(shape, counts) * bits / 8;
  // Without staging, a row of a product's fragment is what lies together.
  double run = std::max(1u, schedule.mma.n) * bits / 8;
  bool staged = schedule.staging != EpilogueStaging::None;
  double sectors = staged || schedule.mma.isFma()
                       ? bytes
                       : bytes * std::max(1.0, kSectorBytes / run);
  double l2 = wave.blocks * sectors / l2BytesPerCycle(wave.blocks);
  double dram = wave.blocks * bytes / toBytesPerCycle(target.dramGBs);
  if (!staged)
    return std::max(l2, dram);
  double tile = double(schedule.tileM) * schedule.tileN * bits / 8;
  double shared = 2 * wave.residents * tile / target.sharedBytes;
  return std::max({l2, dram, shared}) + target.sharedLatency +
         constants.stageOverhead;
}

WaveTerms Model::wave(double blocks, unsigned residents) const {
  WaveTerms wave;
  wave.blocks = blocks;
  wave.residents = residents;
  addStageFloors(wave);
  addLevels(wave);
  addMain(wave);
  wave.epilogue = epilogue(wave);
  wave.bound = boundOfMain(wave);
  if (wave.epilogue > wave.main && wave.epilogue > wave.prologue)
    wave.bound = Bound::Epilogue;
  else if (wave.prologue > wave.main)
    wave.bound = Bound::Prologue;
  return wave;
}

/// A second kernel reads what all parts stored and stores C.
double Model::splitSum() const {
  if (counts.splits <= 1)
    return 0;
  double partial = double(counts.splits) * shape.batch * shape.m * shape.n *
                   shape.bitsAccumulator / 8;
  bool fits = partial <= target.l2CacheBytes;
  double blocks = ceilDiv(double(shape.batch) * shape.m * shape.n,
                          constants.elementsPerSumBlock);
  double read = partial / (fits ? l2BytesPerCycle(blocks)
                                : toBytesPerCycle(target.dramGBs));
  return constants.launchMicroseconds * 1000 * target.clockGHz + read +
         (fits ? target.l2Latency : target.dramLatency) +
         shape.bytesC() / toBytesPerCycle(target.dramGBs);
}

Prediction sparsegpu::costmodel::predict(const TargetDescription &target,
                                         const ContractionShape &shape,
                                         const TileSchedule &schedule,
                                         const ModelConstants &constants) {
  Prediction p;
  p.schedule = clipStages(shape, schedule);
  p.counts = countTiles(shape, p.schedule);
  p.sharedBytes = sharedBytesOf(shape, p.schedule);
  p.registers = estimateRegisters(shape, p.schedule);
  p.occupancy = computeOccupancy(target, needsOf(shape, p.schedule));
  if (!p.occupancy.blocks || p.counts.blocks == 0)
    return p;
  Model model(target, shape, p.schedule, constants);
  double perWave = double(p.occupancy.blocks) * target.numSMs;
  p.fullWaves = std::floor(p.counts.blocks / perWave);
  if (p.fullWaves > 0)
    p.full = model.wave(perWave, p.occupancy.blocks);
  double rest = tailBlocks(p.counts.blocks, perWave);
  if (rest > 0)
    p.tail = model.wave(rest, unsigned(ceilDiv(rest, target.numSMs)));
  p.splitSum = model.splitSum();
  double full = p.fullWaves > 0 ? p.fullWaves * p.full.cycles() : 0;
  double tail = rest > 0 ? p.tail.cycles() : 0;
  p.cycles = full + tail + p.splitSum;
  PipelineLevel alone = p.mainWave().stages;
  alone.parallel = 1;
  p.aloneCycles =
      ceilDiv(p.counts.blocks, target.numSMs) *
          (p.mainWave().prologue + alone.cycles() + p.mainWave().epilogue) +
      p.splitSum;
  p.microseconds = p.cycles / (1000 * target.clockGHz);
  p.bound = full >= tail ? p.full.bound : p.tail.bound;
  if (p.splitSum > std::max(full, tail))
    p.bound = Bound::SplitSum;
  return p;
}
