/*===- CoreRunner.c - Runs a precompiled kernel without LLVM
----------------===*\
|*
|* Part of the SparseGPU project, under the Apache License v2.0 with LLVM
|* Exceptions. See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
|*===----------------------------------------------------------------------===*|
|*
|*   CoreRunner RUNTIME MODULE SYMBOL KERNEL THREADS NUMBER
|*
|* Runs KERNEL(int *out, int NUMBER) on one block of THREADS threads, prints
|* what it leaves in `out`, and how many libraries of LLVM or C++ the process
|* has loaded.
|*
\*===----------------------------------------------------------------------===*/

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *load(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) {
    fprintf(stderr, "error: %s\n", dlerror());
    exit(1);
  }
  return handle;
}

static void *find(void *handle, const char *name) {
  void *address = dlsym(handle, name);
  if (!address) {
    fprintf(stderr, "error: %s\n", dlerror());
    exit(1);
  }
  return address;
}

static int countMaps(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  int count = 0;
  while (maps && fgets(line, sizeof(line), maps))
    count += strstr(line, "libLLVM") || strstr(line, "libMLIR") ||
             strstr(line, "libstdc++");
  return maps ? count : -1;
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: CoreRunner RUNTIME MODULE SYMBOL KERNEL THREADS "
                    "NUMBER\n");
    return 1;
  }
  void *runtime = load(argv[1]), *library = load(argv[2]);
  void *(*moduleLoad)(void *, size_t) = find(runtime, "mgpuModuleLoad");
  void *(*getFunction)(void *, const char *) =
      find(runtime, "mgpuModuleGetFunction");
  void (*launch)(void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
                 intptr_t, int32_t, void *, void **, void **, size_t) =
      find(runtime, "mgpuLaunchKernel");
  void *(*allocate)(uint64_t, void *, _Bool) = find(runtime, "mgpuMemAlloc");

  int threads = atoi(argv[5]);
  int32_t number = atoi(argv[6]);
  int32_t *out = allocate(threads * sizeof(int32_t), NULL, 0);
  void *parameters[] = {&out, &number};
  void *module = moduleLoad(find(library, argv[3]), 0);
  launch(getFunction(module, argv[4]), 1, 1, 1, threads, 1, 1, 0, NULL,
         parameters, NULL, 2);
  for (int i = 0; i < threads; ++i)
    printf("%d\n", out[i]);
  printf("%d libraries of LLVM or C++\n", countMaps());
  return 0;
}
