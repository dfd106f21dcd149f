//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading benchmark.json.
//
//===----------------------------------------------------------------------===//

#include "CaseList.h"

#include <nlohmann/json.hpp>

#include <set>

using nlohmann::json;

namespace sparsegpu::gpubench {

namespace {
/// Reads members of one entry and keeps the first thing that is wrong.
class EntryReader {
public:
  explicit EntryReader(const json &object) : object(object) {}

  std::string text(const char *member) {
    auto it = object.find(member);
    if (it != object.end() && it->is_string() &&
        !it->get_ref<const std::string &>().empty())
      return it->get<std::string>();
    complain(member, "a text");
    return "";
  }
  int64_t size(const char *member) {
    auto it = object.find(member);
    if (it != object.end() && it->is_number_integer() &&
        it->get<int64_t>() >= 0)
      return it->get<int64_t>();
    complain(member, "a whole number, not negative");
    return 0;
  }
  bool flag(const char *member) {
    auto it = object.find(member);
    if (it == object.end())
      return false;
    if (!it->is_boolean()) {
      complain(member, "true or false");
      return false;
    }
    return it->get<bool>();
  }
  void complain(const char *member, const std::string &wanted) {
    if (wrong.empty())
      wrong = std::string("'") + member + "' must be " + wanted;
  }
  const std::string &whatIsWrong() const { return wrong; }

private:
  const json &object;
  std::string wrong;
};
} // namespace

Expected<std::vector<CaseEntry>> parseCaseList(const std::string &text,
                                               const std::string &place) {
  json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded() || !document.is_object())
    return Error(place + ": is no JSON object");
  auto version = document.find("sparsegpu_benchmark");
  if (version == document.end() || !version->is_number_integer() ||
      version->get<int64_t>() != kCaseListVersion)
    return Error(place + ": 'sparsegpu_benchmark' must be " +
                 std::to_string(kCaseListVersion) +
                 ", the version that this program reads");
  auto list = document.find("cases");
  if (list == document.end() || !list->is_array())
    return Error(place + ": 'cases' must be a list");

  std::vector<CaseEntry> entries;
  std::set<std::string> names;
  for (size_t i = 0; i < list->size(); ++i) {
    const json &object = (*list)[i];
    std::string here = place + ": cases[" + std::to_string(i) + "]";
    if (!object.is_object())
      return Error(here + " must be an object");
    EntryReader reader(object);
    CaseEntry entry;
    entry.name = reader.text("name");
    entry.operation = reader.text("operation");
    entry.matrix = reader.text("matrix");
    entry.format = reader.text("format");
    std::string type = reader.text("type");
    if (auto parsed = formats::parseElementType(type);
        parsed && formats::isFloat(*parsed))
      entry.type = *parsed;
    else
      reader.complain("type", "f16, bf16, f32 or f64");
    entry.n = reader.size("n");
    entry.twoFour = reader.flag("two_four");
    if (!reader.whatIsWrong().empty())
      return Error(here + ": " + reader.whatIsWrong());
    if (!names.insert(entry.name).second)
      return Error(here + ": the name '" + entry.name + "' is there twice");
    entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace sparsegpu::gpubench
