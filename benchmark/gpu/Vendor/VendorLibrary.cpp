//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Finding and loading vendors' libraries.
//
//===----------------------------------------------------------------------===//

#include "VendorLibrary.h"

#include <algorithm>
#include <dlfcn.h>
#include <filesystem>
#include <link.h>

namespace fs = std::filesystem;

namespace sparsegpu::gpubench {

std::vector<std::string> splitFolders(const std::string &list) {
  std::vector<std::string> folders;
  size_t begin = 0;
  while (begin <= list.size()) {
    size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin)
      folders.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

/// `folder` and the library folders of NVIDIA's Python packages below it.
static std::vector<fs::path> expand(const std::string &folder) {
  std::vector<fs::path> result = {folder};
  std::error_code ignored;
  for (fs::path base : {fs::path(folder) / "nvidia", fs::path(folder)}) {
    std::vector<fs::path> packages;
    for (fs::directory_iterator it(base, ignored), end; it != end;
         it.increment(ignored)) {
      if (ignored)
        break;
      if (fs::is_directory(it->path() / "lib", ignored))
        packages.push_back(it->path() / "lib");
    }
    std::sort(packages.begin(), packages.end());
    result.insert(result.end(), packages.begin(), packages.end());
  }
  return result;
}

static std::string pathOf(void *handle, const std::string &fallback) {
  link_map *map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map && map->l_name)
    return map->l_name;
  return fallback;
}

Expected<VendorLibrary>
VendorLibrary::open(const std::vector<std::string> &names,
                    const LibrarySearch &search) {
  // 1. The candidates: files of the folders first, then bare names for the
  //    loader, then CUDA's usual place.
  std::vector<std::string> candidates;
  std::error_code ignored;
  for (const std::string &folder : search.folders)
    for (const fs::path &place : expand(folder))
      for (const std::string &name : names)
        if (fs::exists(place / name, ignored))
          candidates.push_back((place / name).string());
  if (!search.testLibraries) {
    candidates.insert(candidates.end(), names.begin(), names.end());
    for (const std::string &name : names)
      if (fs::path file = fs::path("/usr/local/cuda/lib64") / name;
          fs::exists(file, ignored))
        candidates.push_back(file.string());
  }

  // 2. The first that loads and is of the right kind.
  std::string said;
  for (const std::string &candidate : candidates) {
    void *handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *message = dlerror();
      // A bare name that the loader does not know tells the user nothing.
      if (candidate.find('/') != std::string::npos && message)
        said = message;
      continue;
    }
    bool isTest = dlsym(handle, "sparsegpuTestLibrary") != nullptr;
    if (isTest != search.testLibraries) {
      said = candidate +
             (isTest ? " is made for tests without a GPU" : " needs a GPU");
      dlclose(handle);
      continue;
    }
    VendorLibrary library;
    library.handle = handle;
    library.file = pathOf(handle, candidate);
    return library;
  }

  std::string list;
  for (const std::string &name : names)
    list += (list.empty() ? "" : ", ") + name;
  return Error("not found: " + list + (said.empty() ? "" : " (" + said + ")"));
}

void *VendorLibrary::find(const char *symbol) const {
  return dlsym(handle, symbol);
}

Status SymbolLoader::finish() const {
  if (missing.empty())
    return Status::success();
  return Error(library.path() + " has no function " + missing);
}

} // namespace sparsegpu::gpubench
