//===- BitcodeModule.cpp - Modules that are compiled in the process -------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChildProcess.h"
#include "Compiler.h"
#include "Module.h"
#include "Transforms.h"

#include "llvm/Support/FormatVariadic.h"

#include <array>
#include <mutex>
#include <optional>

using namespace llvm;
using namespace sparsegpu::emulator;

/// Names in damaged bitcode are any bytes; a message is one line of text.
static Status printable(const Status &status) {
  if (status.ok())
    return status;
  std::string text = status.message();
  for (char &c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = '?';
  return Status::error(text);
}

static Status parseAndCheck(StringRef bytes, LLVMContext &context,
                            std::unique_ptr<llvm::Module> &module) {
  if (Status status = parseBitcode(bytes, context, module); !status.ok())
    return printable(status);
  std::string problem = findUnsupported(*module);
  return problem.empty() ? Status::success()
                         : printable(Status::error(problem));
}

/// LLVM's reader trusts what it reads: damaged bitcode may crash it, or make it
/// ask for any amount of memory. So it is tried where that does no harm.
static Status tryReading(StringRef bytes) {
  ChildLimits limits;
  limits.seconds = unsigned(10 + bytes.size() / 1000000);
  limits.memoryBytes = (uint64_t(1) << 30) + 100 * bytes.size();
  std::optional<Status> status = callInChild(
      [bytes] {
        LLVMContext context;
        std::unique_ptr<llvm::Module> module;
        return parseAndCheck(bytes, context, module);
      },
      limits);
  return status ? *status
                : Status::error("malformed LLVM bitcode: LLVM's reader crashes "
                                "on it, or takes too much time or memory");
}

Status sparsegpu::emulator::readModule(StringRef bytes, LLVMContext &context,
                                       std::unique_ptr<llvm::Module> &module) {
  std::string other = describeOtherFormat(bytes);
  if (!other.empty())
    return Status::error(
        formatv("the module is {0}; the emulator runs LLVM bitcode: compile "
                "with format=llvm (cubin-format=llvm in mlir-opt's "
                "-gpu-lower-to-nvvm-pipeline)",
                other)
            .str());
  initialiseTargets();
  if (Status status = tryReading(bytes); !status.ok())
    return status;
  return parseAndCheck(bytes, context, module);
}

namespace {
/// Compiles each variant at its first use.
class BitcodeModule : public LoadedModule {
public:
  explicit BitcodeModule(StringRef bytes) : bitcode(bytes.str()) {}

  Status getCode(const Kernel &kernel, const Variant &variant,
                 const CompiledModule *&code) override {
    std::lock_guard<std::mutex> lock(mutex);
    std::unique_ptr<CompiledCode> &slot = variants[variant.key()];
    if (!slot) {
      Status status = compileForProcess(bitcode, variant, slot);
      if (!status.ok())
        return status;
    }
    code = &slot->module;
    return Status::success();
  }

private:
  std::string bitcode;
  std::mutex mutex;
  std::array<std::unique_ptr<CompiledCode>, Variant::kCount> variants;
};
} // namespace

Status sparsegpu::emulator::loadBitcode(std::string_view bytes,
                                        std::unique_ptr<LoadedModule> &module) {
  LLVMContext context;
  std::unique_ptr<llvm::Module> parsed;
  if (Status status = readModule(bytes, context, parsed); !status.ok())
    return status;
  auto result = std::make_unique<BitcodeModule>(bytes);
  for (Function *function : findKernels(*parsed))
    result->addKernel(describeKernel(*function));
  module = std::move(result);
  return Status::success();
}
