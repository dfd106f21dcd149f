// Chip, features and format are refused before LLVM sees them: it would warn
// about an unknown name, and abort on a PTX version that is too low.
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_999" 2>&1 | FileCheck %s --check-prefix=E0
// E0: error: unknown chip 'sm_999': expected one that LLVM knows, for example sm_80, sm_89 or sm_90a
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=gfx900" 2>&1 | FileCheck %s --check-prefix=E1
// E1: error: unknown chip 'gfx900'
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=SM_80" 2>&1 | FileCheck %s --check-prefix=E2
// E2: error: unknown chip 'SM_80'
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=" 2>&1 | FileCheck %s --check-prefix=E3
// E3: error: unknown chip ''
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_60" 2>&1 | FileCheck %s --check-prefix=E4
// E4: error: chip 'sm_60' is too old: sm_70 or later is needed
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_70 format=bin" 2>&1 | FileCheck %s --check-prefix=E5
// E5: error: chip 'sm_70' has no assembler in CUDA 13: use format=isa, which the driver assembles
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_72 format=fatbin" 2>&1 | FileCheck %s --check-prefix=E6
// E6: error: chip 'sm_72' has no assembler in CUDA 13
// RUN: not sparse-opt %s --sparse-gpu-attach-target="format=ptx" 2>&1 | FileCheck %s --check-prefix=E7
// E7: error: option 'format' must be isa, bin, fatbin or llvm, got 'ptx'
// RUN: not sparse-opt %s --sparse-gpu-attach-target="features=ptx80" 2>&1 | FileCheck %s --check-prefix=E8
// E8: error: feature 'ptx80' must begin with + or -
// RUN: not sparse-opt %s --sparse-gpu-attach-target="features=+ptx80," 2>&1 | FileCheck %s --check-prefix=E9
// E9: error: feature '' must begin with + or -
// RUN: not sparse-opt %s --sparse-gpu-attach-target="features=+ptx999" 2>&1 | FileCheck %s --check-prefix=E10
// E10: error: unknown feature 'ptx999' of the NVPTX target
// RUN: not sparse-opt %s --sparse-gpu-attach-target="features=+ptx80,+avx2" 2>&1 | FileCheck %s --check-prefix=E11
// E11: error: unknown feature 'avx2' of the NVPTX target
// RUN: not sparse-opt %s --sparse-gpu-attach-target="features=+sm_90" 2>&1 | FileCheck %s --check-prefix=E12
// E12: error: feature 'sm_90' names a chip: use the option 'chip'
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_90 features=+ptx71" 2>&1 | FileCheck %s --check-prefix=E13
// E13: error: feature '+ptx71' is too low for chip 'sm_90', which needs at least +ptx78
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_90a features=+ptx80,+ptx78" 2>&1 | FileCheck %s --check-prefix=E14
// E14: error: feature '+ptx78' is too low for chip 'sm_90a', which needs at least +ptx80
// RUN: not sparse-opt %s --sparse-gpu-attach-target="chip=sm_120 features=+ptx86" 2>&1 | FileCheck %s --check-prefix=E15
// E15: error: feature '+ptx86' is too low for chip 'sm_120', which needs at least +ptx87

gpu.module @kernels {
}
