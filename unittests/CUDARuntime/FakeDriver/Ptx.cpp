//===- Ptx.cpp - As much of PTX as the fake driver reads ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include <cstdlib>
#include <regex>

using namespace sparsegpu::cuda;

static size_t sizeOfType(const std::string &type) {
  return std::stoul(type.substr(1)) / 8; // u64, b8, f32
}

bool sparsegpu::cuda::findEntry(const std::string &ptx, const std::string &name,
                                std::vector<size_t> &params) {
  size_t at = ptx.find(".entry " + name + "(");
  if (at == std::string::npos)
    return false;
  size_t end = ptx.find(")", at);
  std::string list = ptx.substr(at, end - at);
  // .param .u64 .ptr .align 1 name_0, .param .align 8 .b8 name_1[24]
  static const std::regex param(
      R"(\.param((?:\s+\.align\s+\d+)?)\s+\.([busf]\d+)([^,\[]*)(?:\[(\d+)\])?)");
  for (std::sregex_iterator it(list.begin(), list.end(), param), last;
       it != last; ++it) {
    size_t count = (*it)[4].matched ? std::stoul((*it)[4].str()) : 1;
    params.push_back(sizeOfType((*it)[2].str()) * count);
  }
  return true;
}

std::string sparsegpu::cuda::checkPtx(const std::string &ptx, int capability) {
  static const std::regex target(R"(\.target\s+sm_(\d+)([af]?))");
  std::smatch match;
  if (ptx.find(".version") == std::string::npos)
    return "line 1; error   : Missing .version directive";
  if (!std::regex_search(ptx, match, target))
    return "line 1; error   : Missing .target directive";
  int asked = std::atoi(match[1].str().c_str());
  if (asked > capability || (match[2].length() && asked != capability))
    return "line 2; error   : SM version specified by .target is higher than "
           "default SM version assumed\nfatal   : Ptx assembly aborted due to "
           "errors";
  return "";
}
