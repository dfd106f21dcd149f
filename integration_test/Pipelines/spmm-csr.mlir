// The tutorial of test/Pipelines/spmm-csr, run: the kernel of level 0, executed
// and checked on rows of three kinds.
//
// DEFINE: %{run} = sparse-run %sparsegpu_src/test/Pipelines/spmm-csr/0-linalg.mlir --check --hazards
// RUN: %{run} --input 0=random:103x70:0.1 | FileCheck %s
// RUN: %{run} --input 0=powerlaw:200x90:6 --lockstep | FileCheck %s
// RUN: %{run} --input 0=zeros:5x7 | FileCheck %s
// CHECK: hazards 0
// CHECK: PASS
