//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"
#include "HostValue.h"
#include "SparseGPU/CostModel/TargetDescription.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <set>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace cl = llvm::cl;

static cl::OptionCategory category("sparse-run options");

namespace {
/// The command line.
struct CommandLine {
  cl::opt<std::string> file{cl::Positional, cl::Required, cl::cat(category),
                            cl::desc("FILE (- for standard input)")};
  cl::opt<std::string> entry{
      "entry", cl::cat(category), cl::value_desc("function"),
      cl::desc("The function to run; needed if several are public")};
  cl::list<std::string> inputs{
      "input", cl::cat(category), cl::value_desc("NAME=SPEC"),
      cl::desc(
          "Data of an argument, by its sparse_gpu.name or its position. "
          "SPEC: a file (.mtx, .smtx, .npz, .npy, .safetensors, .tns, .el, "
          "also .gz and .zst, or a .sgpk container), random[:SHAPE[:DIST]], "
          "zeros[:SHAPE], iota[:SHAPE], graph:debian, or a number. SHAPE: "
          "1000x800, with ? for a size that follows from elsewhere. DIST: "
          "a density, powerlaw:MEAN or banded:HALFWIDTH")};
  cl::list<std::string> outputs{
      "output", cl::cat(category), cl::value_desc("NAME=FILE"),
      cl::desc("Writes a result, by its sparse_gpu.name or its position, as "
               "Matrix Market (- for standard output)")};
  cl::opt<std::string> device{
      "device",
      cl::cat(category),
      cl::init("auto"),
      cl::value_desc("device"),
      cl::ZeroOrMore,
      cl::desc("auto, cuda or emulator; auto takes a GPU when there is one, "
               "unless --counters, --hazards, --lockstep or --seeds is given")};
  cl::opt<std::string> chip{
      "chip", cl::cat(category), cl::value_desc("chip"),
      cl::desc("The GPU to compile for; default: the one that it runs on")};
  cl::opt<std::string> schedule{
      "schedule", cl::cat(category), cl::value_desc("schedule"),
      cl::desc("How to compute, for example \"unit = row, coarsening = 2\"; "
               "chosen if not given")};
  cl::opt<std::string> pipeline{
      "pipeline", cl::cat(category), cl::value_desc("options"),
      cl::desc("More options of the pipeline, for example "
               "\"stage-epilogue=false persistent-blocks=2\"")};
  cl::opt<std::string> values{
      "values", cl::cat(category), cl::init("file"), cl::value_desc("source"),
      cl::desc("Values of sparse matrices: file, or random (in [-1, 1), from "
               "the seed)")};
  cl::opt<bool> check{
      "check", cl::cat(category),
      cl::desc("Compare the results with a computation in double precision on "
               "the CPU; exit with 1 if an element is off by more than its "
               "bound")};
  cl::opt<uint64_t> seed{"seed", cl::cat(category), cl::init(0),
                         cl::value_desc("N"),
                         cl::desc("Seed of random data and of the order in "
                                  "which the software GPU runs threads")};
  cl::opt<uint64_t> seeds{
      "seeds", cl::cat(category), cl::init(1), cl::value_desc("N"),
      cl::desc(
          "Run under N orders of threads, of the seeds from --seed on, on "
          "the same data; exit with 1 if a result differs in a bit, unless "
          "a kernel adds floating-point numbers by atomics")};
  cl::opt<unsigned> repeat{"repeat", cl::cat(category), cl::init(1),
                           cl::value_desc("N"),
                           cl::desc("Run N times, on the same data")};
  cl::opt<bool> counters{
      "counters", cl::cat(category),
      cl::desc("Report what each launch executed and moved (slower)")};
  cl::opt<std::string> target{
      "target", cl::cat(category), cl::value_desc("GPU"),
      cl::desc("With --counters: the GPU that occupancy and cycles are "
               "estimated for (V100, T4, A100, \"RTX 3090\", \"RTX 4090\", "
               "H100, H200); default: one of the chip")};
  cl::opt<bool> hazards{
      "hazards", cl::cat(category),
      cl::desc("Check every access and barrier (slower); exit with 1 if one is "
               "wrong")};
  cl::opt<bool> lockstep{
      "lockstep", cl::cat(category),
      cl::desc("Let the lanes of a warp run together instead of in any order")};
  cl::opt<std::string> json{
      "json", cl::cat(category), cl::value_desc("file"),
      cl::desc("Write the report as JSON; - prints it instead of the table")};
  cl::opt<std::string> bundle{
      "emit-bundle", cl::cat(category), cl::value_desc("directory"),
      cl::desc("Instead of running, write what runs on a machine without a "
               "compiler: program, kernels, data, and a program `run`. Adds a "
               "case to a bundle that is there (docs/Bundles.md)")};
  cl::opt<std::string> bundleCase{
      "bundle-case", cl::cat(category), cl::value_desc("name"),
      cl::desc("The case's name in the bundle; default: the entry's")};
  cl::list<std::string> bundleChips{
      "bundle-chips", cl::cat(category), cl::CommaSeparated,
      cl::value_desc("chip,..."),
      cl::desc(
          "The chips that get machine code; default: "
          "sm_75,sm_80,sm_86,sm_89,sm_90a,sm_100,sm_120. Kernels use what "
          "the oldest has; PTX of the oldest and the newest serves others")};
  cl::opt<std::string> bundleOperands{
      "bundle-operands", cl::cat(category), cl::init("auto"),
      cl::value_desc("where"),
      cl::desc("Where the program takes its operands: device, host (it copies "
               "them), or auto: device if it can")};
  cl::opt<int64_t> bundleElements{
      "bundle-check-elements", cl::cat(category), cl::init(65536),
      cl::value_desc("N"),
      cl::desc("Store at most N elements of each expected result, spread over "
               "it; 0 stores none")};
  cl::opt<bool> bundleStoresData{
      "bundle-store-data", cl::cat(category),
      cl::desc("Store random data as well, not the seed it is made from, for "
               "programs that read the bundle without `run`")};
  cl::opt<std::string> cudaTools{
      "cuda-tools", cl::cat(category), cl::value_desc("directory"),
      cl::desc("Where ptxas and fatbinary of CUDA are; default: in PATH, else "
               "in /usr/local/cuda/bin or /opt/cuda/bin. none: a bundle gets "
               "PTX and no machine code")};
  cl::opt<std::string> libraries{
      "library-dir", cl::cat(category), cl::value_desc("directory"),
      cl::desc("Where the runtime libraries are; default: ../lib from here")};
  cl::list<std::string> plugins{
      "load-dialect-plugin", cl::cat(category), cl::value_desc("library"),
      cl::desc("Load a dialect, for example a format of your own "
               "(examples/format-plugin)")};
};
} // namespace

llvm::Expected<Options> run::parseCommandLine(int argc, char **argv) {
  CommandLine line;
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &out) {
    out << "SparseGPU " SPARSEGPU_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
  });
  cl::ParseCommandLineOptions(
      argc, argv,
      "sparse-run: compiles an MLIR file and executes it on real matrices\n\n"
      "Example: sparse-run examples/spmm-csr.mlir --input A=graph.mtx "
      "--input B=random:?x64 --check\n");
  if (line.values != "file" && line.values != "random")
    return makeError("--values must be file or random, got '" + line.values +
                     "'");
  if (line.repeat < 1)
    return makeError("--repeat must be at least 1");
  if (line.seeds < 1)
    return makeError("--seeds must be at least 1");
  if (!line.target.empty() && !line.counters)
    return makeError("--target needs --counters");
  if (!line.target.empty() && !costmodel::findTarget(line.target))
    return makeError("--target: there is no description of '" + line.target +
                     "'; there are V100, T4, A100, RTX 3090, RTX 4090, H100 "
                     "and H200");
  // Options of a run and those of --emit-bundle do not mix.
  bool emits = line.bundle.getNumOccurrences();
  if (emits && line.bundle.empty())
    return makeError("--emit-bundle needs the name of a folder");
  using Group = std::initializer_list<std::reference_wrapper<cl::Option>>;
  Group ofBundles = {line.bundleCase,     line.bundleChips,
                     line.bundleOperands, line.bundleStoresData,
                     line.bundleElements, line.cudaTools};
  Group ofRuns = {line.outputs, line.device,   line.chip,    line.repeat,
                  line.check,   line.counters, line.hazards, line.lockstep,
                  line.seeds,   line.json};
  for (const cl::Option &option : emits ? ofRuns : ofBundles)
    if (option.getNumOccurrences())
      return makeError("--" + option.ArgStr +
                       (emits ? " is of a run; --emit-bundle runs nothing"
                              : " needs --emit-bundle"));
  if (line.bundleOperands != "auto" && line.bundleOperands != "device" &&
      line.bundleOperands != "host")
    return makeError("--bundle-operands must be auto, device or host, got '" +
                     line.bundleOperands + "'");
  if (line.bundleElements < 0)
    return makeError("--bundle-check-elements must not be negative");
  Options options;
  options.bundle = line.bundle;
  options.bundleCase = line.bundleCase;
  options.bundleChips.assign(line.bundleChips.begin(), line.bundleChips.end());
  if (options.bundleChips.empty())
    options.bundleChips = {"sm_75",  "sm_80",  "sm_86", "sm_89",
                           "sm_90a", "sm_100", "sm_120"};
  std::set<std::string> chips;
  for (const std::string &chip : options.bundleChips) {
    if (chip.empty())
      return makeError("--bundle-chips has an empty name");
    if (!chips.insert(chip).second)
      return makeError("--bundle-chips names " + chip + " twice");
  }
  options.bundleOperands = line.bundleOperands;
  options.bundleStoresData = line.bundleStoresData;
  options.bundleElements = line.bundleElements;
  options.cudaTools = line.cudaTools;
  options.file = line.file;
  options.entry = line.entry;
  options.inputs.assign(line.inputs.begin(), line.inputs.end());
  options.outputs.assign(line.outputs.begin(), line.outputs.end());
  options.device = line.device;
  options.chip = line.chip;
  options.schedule = line.schedule;
  options.pipeline = line.pipeline;
  options.randomValues = line.values == "random";
  options.check = line.check;
  options.seed = line.seed;
  options.seeds = line.seeds;
  options.repeat = line.repeat;
  options.counters = line.counters;
  options.target = line.target;
  options.hazards = line.hazards;
  options.lockstep = line.lockstep;
  options.json = line.json;
  // bin/sparse-run finds lib/ and utils/ (or share/) beside it.
  std::string self = llvm::sys::fs::getMainExecutable(
      argv[0], reinterpret_cast<void *>(&parseCommandLine));
  StringRef root =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(self));
  SmallString<128> libraries(root), script(root);
  llvm::sys::path::append(libraries, "lib");
  llvm::sys::path::append(script, "share", "sparsegpu", "debian-graph.py");
  options.libraryDir =
      line.libraries.empty() ? libraries.str().str() : line.libraries;
  options.dialectPlugins.assign(line.plugins.begin(), line.plugins.end());
  options.graphScript = script.str().str();
  SmallString<128> runner(root);
  llvm::sys::path::append(runner, "bin", "sparsegpu-bundle-run");
  options.bundleRunner = runner.str().str();
  return options;
}
