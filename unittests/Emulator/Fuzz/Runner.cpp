//===- Runner.cpp - Runs programs of the fuzzer ---------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Runner.h"

#include "Emitter.h"
#include "PrecompiledTest.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

#include <cstring>

using namespace sparsegpu::emulator;
using namespace sparsegpu::emulator::fuzz;

// Declared by hand: llvm/Support/TargetSelect.h has them only as "all targets".
extern "C" {
void LLVMInitializeNVPTXTargetInfo();
void LLVMInitializeNVPTXTarget();
void LLVMInitializeNVPTXTargetMC();
}

static std::unique_ptr<llvm::TargetMachine> makeNVPTX() {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, "sm_80", "+ptx80", llvm::TargetOptions(), std::nullopt));
}

std::string sparsegpu::emulator::fuzz::toBitcode(const std::string &text,
                                                 unsigned level) {
  std::string bitcode = assemble(text);
  if (level == 0 || bitcode.empty())
    return bitcode;
  llvm::LLVMContext context;
  auto module =
      llvm::parseBitcodeFile(llvm::MemoryBufferRef(bitcode, "kernel"), context);
  std::unique_ptr<llvm::TargetMachine> machine = makeNVPTX();
  if (!module || !machine) {
    ADD_FAILURE() << "no optimiser for NVPTX";
    return "";
  }
  llvm::LoopAnalysisManager lam;
  llvm::FunctionAnalysisManager fam;
  llvm::CGSCCAnalysisManager cgam;
  llvm::ModuleAnalysisManager mam;
  llvm::PassBuilder builder(machine.get());
  builder.registerModuleAnalyses(mam);
  builder.registerCGSCCAnalyses(cgam);
  builder.registerFunctionAnalyses(fam);
  builder.registerLoopAnalyses(lam);
  builder.crossRegisterProxies(lam, fam, cgam, mam);
  builder
      .buildPerModuleDefaultPipeline(level == 2 ? llvm::OptimizationLevel::O2
                                                : llvm::OptimizationLevel::O3)
      .run(**module, mam);
  std::string optimised;
  llvm::raw_string_ostream os(optimised);
  llvm::WriteBitcodeToFile(**module, os);
  return optimised;
}

Launcher::Launcher(const Program &program, const void *data, size_t size)
    : program(program) {
  device.setHazardHandler([](const Hazard &) {});
  LoadedModule *module = nullptr;
  Status status = device.loadModule(data, size, module);
  if (status.ok())
    status = device.getKernel(module, "k", kernel);
  if (!status.ok())
    problem = status.message();
}

std::string Launcher::launch(const std::string &text, Result &result) {
  if (!problem.empty())
    return problem;
  Options options;
  if (Status status = Options::parse(text, options); !status.ok())
    return status.message();
  device.setOptions(options);
  // Memory is allocated under the options of the first launch.
  size_t words =
      size_t(program.outputWords()) * program.threads * program.blocks;
  if (!output) {
    output = static_cast<uint64_t *>(device.allocate(words * 8));
    for (unsigned i = 0; i < program.regions.size(); ++i)
      regions.push_back(static_cast<uint8_t *>(
          program.regions[i].space <= Space::Counters
              ? device.allocate(program.initialBytes(i).size())
              : nullptr));
  }
  std::vector<uint64_t> unwritten(words, 0xabababababababab);
  (void)device.copy(output, unwritten.data(), words * 8);
  std::vector<void *> params{&output};
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    if (!regions[i])
      continue;
    std::vector<uint8_t> bytes = program.initialBytes(i);
    (void)device.copy(regions[i], bytes.data(), bytes.size());
    params.push_back(&regions[i]);
  }
  uint64_t scalars[7];
  for (unsigned i = 0; i < 7; ++i) {
    scalars[i] = program.parameter(Type(i + 1));
    params.push_back(&scalars[i]);
  }
  LaunchConfig config;
  config.grid = {program.blocks};
  config.block = {program.threads};
  config.dynamicShared = program.dynamicBytes();
  uint64_t mark = device.mark();
  Status status = device.launch(kernel, config, params.data(), params.size());
  found = device.hazards(mark);
  if (!status.ok())
    return status.message();
  if (options.counters && device.counters(mark).size() != 1)
    return "no counters of the launch";
  result.output.assign(output, output + words);
  result.regions.assign(regions.size(), {});
  for (unsigned i = 0; i < regions.size(); ++i)
    if (program.regions[i].space == Space::Global ||
        program.regions[i].space == Space::Counters)
      result.regions[i].assign(regions[i],
                               regions[i] + program.initialBytes(i).size());
  return "";
}

std::string sparsegpu::emulator::fuzz::compare(const Program &program,
                                               const Result &expected,
                                               const Result &result) {
  unsigned words = program.outputWords();
  for (size_t i = 0; i < expected.output.size(); ++i)
    if (expected.output[i] != result.output[i]) {
      size_t thread = i / words, word = i % words;
      return "block " + std::to_string(thread / program.threads) + ", thread " +
             std::to_string(thread % program.threads) + ": " +
             (word < program.variables.size() ? "%v" : "shared memory, word ") +
             std::to_string(word) + " is " + std::to_string(result.output[i]) +
             ", not " + std::to_string(expected.output[i]);
    }
  for (size_t i = 0; i < expected.regions.size(); ++i)
    for (size_t j = 0; j < expected.regions[i].size(); ++j)
      if (expected.regions[i][j] != result.regions[i][j])
        return "byte " + std::to_string(j) + " of %g" + std::to_string(i) +
               " is " + std::to_string(result.regions[i][j]) + ", not " +
               std::to_string(expected.regions[i][j]);
  return "";
}

/// Compiled ahead of time, linked, and run by the library of this process.
static std::string checkPrecompiled(const Program &program,
                                    const std::string &bitcode,
                                    const Result &expected) {
  LinkedLibrary library;
  library.addBitcode(bitcode, "fuzz_module");
  library.link();
  Launcher launcher(program, library.module("fuzz_module"), 0);
  Result result;
  std::string problem = launcher.launch("seed=3", result);
  if (problem.empty())
    problem = compare(program, expected, result);
  return problem.empty() ? "" : "compiled ahead of time: " + problem;
}

std::string sparsegpu::emulator::fuzz::check(const Program &program,
                                             bool precompiled) {
  Result expected = interpret(program);
  std::string text = emit(program);
  std::string seed = std::to_string(program.seed % 1000 + 1);
  const std::string ways[] = {
      "hazards",
      "seed=0",
      "seed=" + seed,
      "workers=2,seed=1" + seed,
      "schedule=lockstep,seed=" + seed,
      "counters,seed=" + seed,
      "hazards,workers=2,seed=" + seed,
      "hazards,schedule=lockstep",
  };
  for (unsigned level : {0u, 2 + unsigned(program.seed % 2)}) {
    std::string bitcode = toBitcode(text, level);
    if (bitcode.empty())
      return "the program is no module";
    std::string where = "-O" + std::to_string(level) + ", ";
    Launcher launcher(program, bitcode.data(), bitcode.size());
    for (const std::string &options : ways) {
      Result result;
      std::string problem = launcher.launch(options, result);
      if (problem.empty() && !launcher.hazards().empty())
        problem = launcher.hazards().front().message;
      if (problem.empty())
        problem = compare(program, expected, result);
      if (!problem.empty())
        return where + options + ": " + problem;
    }
    if (precompiled)
      if (std::string problem = checkPrecompiled(program, bitcode, expected);
          !problem.empty())
        return where + problem;
  }
  return "";
}
