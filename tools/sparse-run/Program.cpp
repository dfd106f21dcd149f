//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "HostValue.h"
#include "SparseGPU/Conversion/UpstreamEncoding.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Pipelines/Pipelines.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

llvm::Error run::registerAll(DialectRegistry &registry,
                             const Options &options) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllGPUToLLVMIRTranslations(registry);
  registry.insert<SparseGPUDialect>();
  for (const std::string &path : options.dialectPlugins) {
    llvm::Expected<DialectPlugin> plugin = DialectPlugin::load(path);
    if (!plugin)
      return makeError("--load-dialect-plugin=" + path + ": " +
                       llvm::toString(plugin.takeError()));
    plugin->registerDialectRegistryCallbacks(registry);
  }
  return llvm::Error::success();
}

static llvm::Expected<func::FuncOp> findEntry(ModuleOp module,
                                              const Options &options) {
  SmallVector<func::FuncOp> candidates;
  std::string names;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal() || function.isPrivate())
      continue;
    if (options.entry.empty() || function.getSymName() == options.entry)
      candidates.push_back(function);
    names += (names.empty() ? "" : ", ") + function.getSymName().str();
  }
  if (candidates.size() == 1)
    return candidates.front();
  if (names.empty())
    return makeError(options.file + ": there is no public function to run");
  if (candidates.empty())
    return makeError(options.file + ": there is no public function '" +
                     options.entry + "'; there are: " + names);
  return makeError(options.file +
                   ": there are several public functions, choose one with "
                   "--entry: " +
                   names);
}

/// Gives upstream-encoded arguments the format that stores the same.
static llvm::Error adoptEncodings(func::FuncOp entry, const Options &options) {
  SmallVector<Type> inputs;
  for (BlockArgument argument : entry.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (type && sparse_tensor::getSparseTensorEncoding(type)) {
      std::string reason;
      FailureOr<UpstreamStorage> storage = readUpstreamEncoding(type, reason);
      if (succeeded(storage) && storage->transposed)
        reason =
            "levels in another order than the dimensions cannot be bound to "
            "a matrix";
      if (!reason.empty()) {
        std::string text;
        llvm::raw_string_ostream(text) << type;
        return makeError(options.file + ": argument " +
                         Twine(argument.getArgNumber()) + " of type " + text +
                         ": " + reason);
      }
      argument.setType(storage->type);
    }
    inputs.push_back(argument.getType());
  }
  entry.setFunctionType(
      FunctionType::get(entry.getContext(), inputs, entry.getResultTypes()));
  return llvm::Error::success();
}

llvm::Expected<Program> run::loadProgram(MLIRContext &context,
                                         const Options &options) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      openInputFile(options.file, &message);
  if (!buffer)
    return makeError(message);
  // Arguments with an upstream encoding get attributes of this dialect.
  context.loadDialect<SparseGPUDialect>();
  Program program;
  program.sources = std::make_unique<llvm::SourceMgr>();
  program.sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(*program.sources, &context);
  program.module = parseSourceFile<ModuleOp>(*program.sources, &context);
  if (!program.module)
    return makeError(options.file + " could not be parsed");
  llvm::Expected<func::FuncOp> entry = findEntry(*program.module, options);
  if (!entry)
    return entry.takeError();
  program.entry = *entry;
  if (llvm::Error error = adoptEncodings(program.entry, options))
    return error;
  for (auto [i, type] : llvm::enumerate(program.entry.getResultTypes()))
    if (!isa<RankedTensorType>(type) || getSparseFormat(type) ||
        sparse_tensor::getSparseTensorEncoding(type))
      return makeError(options.file + ": result " + Twine(i) +
                       " of the entry is not a dense tensor, which is all "
                       "that sparse-run takes back");
  return program;
}

llvm::Error run::compileProgram(Program &program, const Options &options,
                                StringRef format) {
  MLIRContext *context = program.module->getContext();
  program.entry->setAttr("llvm.emit_c_interface", UnitAttr::get(context));
  PipelineOptions pipeline;
  pipeline.chip = options.chip;
  pipeline.format = format.str();
  pipeline.schedule = options.schedule;
  if (failed(pipeline.parseFromString(options.pipeline)))
    return makeError("--pipeline: there are no such options");
  // Host storage is ours: no upstream runtime library is loaded.
  pipeline.enableRuntimeLibrary = false;
  SourceMgrDiagnosticHandler handler(*program.sources, context);
  PassManager pm(context);
  buildSparseGPUToNVVM(pm, pipeline);
  if (failed(pm.run(*program.module)))
    return makeError(options.file + " could not be compiled");
  return llvm::Error::success();
}
