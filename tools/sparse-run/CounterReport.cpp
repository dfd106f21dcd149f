//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CounterReport.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace sparsegpu;
using namespace sparsegpu::run;
using namespace sparsegpu::costmodel;
using namespace sparsegpu::emulator;
namespace json = llvm::json;

/// The member behind a name with dots, or 0.
static uint64_t numberAt(const json::Object &object, llvm::StringRef name) {
  auto [first, rest] = name.split('.');
  const json::Value *value = object.get(first);
  if (!value)
    return 0;
  if (!rest.empty())
    return value->getAsObject() ? numberAt(*value->getAsObject(), rest) : 0;
  return value->getAsInteger().value_or(0);
}

static Dim3 dimsAt(const json::Object &object, llvm::StringRef name) {
  Dim3 dims;
  const json::Array *array = object.getArray(name);
  if (!array || array->size() != 3)
    return dims;
  uint32_t *out[] = {&dims.x, &dims.y, &dims.z};
  for (size_t i = 0; i < 3; ++i)
    *out[i] = (*array)[i].getAsInteger().value_or(1);
  return dims;
}

/// The inverse of the software GPU's output.
static LaunchCounters readCounters(const json::Object &launch) {
  LaunchCounters counters;
  counters.kernel = launch.getString("kernel").value_or("").str();
  counters.grid = dimsAt(launch, "grid");
  counters.block = dimsAt(launch, "block");
  counters.staticShared = numberAt(launch, "staticShared");
  counters.dynamicShared = numberAt(launch, "dynamicShared");
  forEachCounter(counters, [&](const std::string &name, uint64_t &value) {
    value = numberAt(launch, name);
  });
  if (const json::Object *matrix = launch.getObject("matrixOperations"))
    for (const auto &[name, value] : *matrix)
      if (const json::Object *entry = value.getAsObject())
        counters.matrixOperations[name.str()] = {
            numberAt(*entry, "operations"), numberAt(*entry, "flops"),
            numberAt(*entry, "usefulFlops")};
  return counters;
}

void run::addEstimates(json::Array &launches, const TargetDescription &target,
                       const KernelRegisters &registers) {
  for (json::Value &value : launches) {
    json::Object *launch = value.getAsObject();
    if (!launch)
      continue;
    LaunchCounters counters = readCounters(*launch);
    std::optional<unsigned> known;
    if (auto it = registers.find(counters.kernel); it != registers.end())
      known = it->second;
    CycleEstimate estimate = estimateCycles(target, counters, known);
    const Occupancy &o = estimate.occupancy;
    json::Object occupancy{{"target", std::string(target.name)},
                           {"blocksPerSM", o.blocks},
                           {"warpsPerSM", o.warps},
                           {"share", o.share},
                           {"limit", o.limit},
                           {"byThreads", o.byThreads},
                           {"byBlocks", o.byBlocks},
                           {"byShared", o.byShared}};
    if (known) {
      occupancy["registers"] = *known;
      occupancy["byRegisters"] = *o.byRegisters;
    } else {
      occupancy["registers"] = "unknown";
      occupancy["byRegisters"] = "unknown";
    }
    (*launch)["occupancy"] = std::move(occupancy);
    json::Object terms;
    for (const CycleEstimate::Term &term : estimate.terms)
      terms[term.name] = term.cycles;
    (*launch)["estimate"] =
        json::Object{{"target", std::string(target.name)},
                     {"cycles", estimate.cycles},
                     {"microseconds", estimate.microseconds},
                     {"binding", estimate.binding},
                     {"terms", std::move(terms)},
                     {"confirmedByGPU", false}};
  }
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

namespace {
class Table {
public:
  Table(llvm::raw_ostream &out, const json::Object &launch)
      : out(out), launch(launch), c(readCounters(launch)) {}
  void print();

private:
  void group(llvm::StringRef title) { out << "  " << title << '\n'; }
  llvm::raw_ostream &row(llvm::StringRef name) {
    return out << "    " << llvm::left_justify(name, 18);
  }
  void instructions();
  void global();
  void shared();
  void async();
  void matrix();
  void control();
  void occupancy();
  void estimate();

  llvm::raw_ostream &out;
  const json::Object &launch;
  LaunchCounters c;
};
} // namespace

static double percent(double part, double whole) {
  return whole ? 100 * part / whole : 0;
}

void Table::instructions() {
  group("instructions (of LLVM IR, not of the machine)     warp        thread");
  auto line = [&](llvm::StringRef name, const InstructionCount &count) {
    row(name) << llvm::format("%38llu %13llu\n",
                              static_cast<unsigned long long>(count.warp),
                              static_cast<unsigned long long>(count.thread));
  };
  line("all", {c.warpInstructions, c.threadInstructions});
  for (size_t i = 0; i < kNumInstructionClasses; ++i)
    if (c.instructions[i].warp)
      line(nameOf(static_cast<InstructionClass>(i)), c.instructions[i]);
  row("active lanes") << llvm::format("%.1f of 32\n", c.activeLanes());
}

void Table::global() {
  const std::pair<const char *, const GlobalTraffic *> kinds[] = {
      {"loads", &c.globalLoads},
      {"stores", &c.globalStores},
      {"atomics", &c.globalAtomics},
      {"async copies", &c.globalAsync}};
  bool first = true;
  for (auto &[name, t] : kinds) {
    if (!t->requests)
      continue;
    if (first)
      group("global memory      requests      sectors    MB moved   used   "
            "MB distinct   lines      re-reads");
    first = false;
    row(name) << llvm::format(
        "%9llu %12llu %11.3f %5.0f%% %13.3f %10llu %7.2fx\n",
        static_cast<unsigned long long>(t->requests),
        static_cast<unsigned long long>(t->sectors), 32e-6 * t->sectors,
        100 * t->efficiency(), 32e-6 * t->distinctSectors,
        static_cast<unsigned long long>(t->distinctLines), t->rereads());
  }
}

void Table::shared() {
  const std::pair<const char *, const SharedTraffic *> kinds[] = {
      {"loads", &c.sharedLoads},
      {"stores", &c.sharedStores},
      {"atomics", &c.sharedAtomics},
      {"ldmatrix", &c.sharedMatrix},
      {"async copies", &c.sharedAsync}};
  bool first = true;
  for (auto &[name, t] : kinds) {
    if (!t->requests)
      continue;
    if (first)
      group(
          "shared memory      requests          MB   wavefronts    conflicts");
    first = false;
    row(name) << llvm::format("%9llu %11.3f %12llu %12llu (%.0f%%)\n",
                              static_cast<unsigned long long>(t->requests),
                              1e-6 * t->bytes,
                              static_cast<unsigned long long>(t->wavefronts),
                              static_cast<unsigned long long>(t->bankConflicts),
                              percent(t->bankConflicts, t->wavefronts));
  }
}

void Table::async() {
  if (!c.async.groups && !c.async.waits)
    return;
  group("groups of asynchronous copies");
  row("committed") << c.async.groups << '\n';
  row("waits") << c.async.waits << '\n';
  auto histogram = [&](llvm::StringRef name, const auto &buckets) {
    row(name);
    for (size_t i = 0; i < AsyncTraffic::kBuckets; ++i)
      if (buckets[i])
        out << i << (i + 1 == AsyncTraffic::kBuckets ? "+: " : ": ")
            << buckets[i] << "  ";
    out << '\n';
  };
  histogram("in flight before", c.async.inFlight);
  histogram("in flight after", c.async.left);
}

void Table::matrix() {
  if (c.matrixOperations.empty())
    return;
  group("tensor cores");
  for (auto &[name, m] : c.matrixOperations)
    out << "    " << name << ": " << m.operations
        << llvm::format(", %.6g GFLOP, %.0f%% useful\n", 1e-9 * m.flops,
                        percent(m.usefulFlops, m.flops));
}

void Table::control() {
  group("control and synchronisation, by warp");
  row("branches") << c.branches
                  << llvm::format(", %.1f%% divergent\n",
                                  percent(c.divergentBranches, c.branches));
  const std::pair<const char *, uint64_t> counts[] = {
      {"block barriers", c.barriers},  {"named barriers", c.namedBarriers},
      {"arrivals", c.barrierArrivals}, {"warp barriers", c.warpBarriers},
      {"shuffles", c.shuffles},        {"votes", c.votes}};
  for (auto &[name, count] : counts)
    if (count)
      row(name) << count << '\n';
}

void Table::occupancy() {
  const json::Object *o = launch.getObject("occupancy");
  if (!o)
    return;
  group(("occupancy on " + o->getString("target").value_or("")).str());
  row("blocks per SM") << o->getInteger("blocksPerSM").value_or(0)
                       << ", limited by " << o->getString("limit").value_or("")
                       << "; " << o->getInteger("warpsPerSM").value_or(0)
                       << " warps, "
                       << llvm::format("%.0f%%\n",
                                       100 * o->getNumber("share").value_or(0));
  row("registers");
  if (std::optional<int64_t> registers = o->getInteger("registers"))
    out << *registers << " a thread, by ptxas\n";
  else
    out << "unknown: the occupancy is at most this\n";
}

void Table::estimate() {
  const json::Object *e = launch.getObject("estimate");
  const json::Object *terms = e ? e->getObject("terms") : nullptr;
  if (!terms)
    return;
  group("cycle estimate (a formula; no GPU has confirmed it)");
  row("cycles") << llvm::format("%.0f, %.3f us; bound by ",
                                e->getNumber("cycles").value_or(0),
                                e->getNumber("microseconds").value_or(0))
                << e->getString("binding").value_or("") << '\n';
  row("terms");
  for (const char *name :
       {"issue", "units", "matrix", "shared", "l2", "dram", "latency"})
    out << name << llvm::format(" %.0f  ", terms->getNumber(name).value_or(0));
  out << '\n';
}

void Table::print() {
  group(llvm::formatv("shared memory of a block: {0} static, {1} dynamic bytes",
                      c.staticShared, c.dynamicShared)
            .str());
  instructions();
  global();
  shared();
  async();
  matrix();
  control();
  occupancy();
  estimate();
}

void run::printCounters(llvm::raw_ostream &out, const json::Object &launch) {
  Table(out, launch).print();
}
