// The NVVM target on each kernel module: the chip, and the lowest PTX version
// that has it, but at least 7.1; features that are given are taken.
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_70" | FileCheck %s -DCHIP=sm_70 -DFEATURES=+ptx71
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_75" | FileCheck %s -DCHIP=sm_75 -DFEATURES=+ptx71
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_80" | FileCheck %s -DCHIP=sm_80 -DFEATURES=+ptx71
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_86" | FileCheck %s -DCHIP=sm_86 -DFEATURES=+ptx71
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_87" | FileCheck %s -DCHIP=sm_87 -DFEATURES=+ptx74
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_89" | FileCheck %s -DCHIP=sm_89 -DFEATURES=+ptx78
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_90" | FileCheck %s -DCHIP=sm_90 -DFEATURES=+ptx78
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_90a" | FileCheck %s -DCHIP=sm_90a -DFEATURES=+ptx80
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_100" | FileCheck %s -DCHIP=sm_100 -DFEATURES=+ptx86
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_100a" | FileCheck %s -DCHIP=sm_100a -DFEATURES=+ptx86
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_103a" | FileCheck %s -DCHIP=sm_103a -DFEATURES=+ptx88
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_120" | FileCheck %s -DCHIP=sm_120 -DFEATURES=+ptx87
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_120a" | FileCheck %s -DCHIP=sm_120a -DFEATURES=+ptx87
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_121a" | FileCheck %s -DCHIP=sm_121a -DFEATURES=+ptx88
// RUN: sparse-opt %s --sparse-gpu-attach-target | FileCheck %s -DCHIP=sm_80 -DFEATURES=+ptx71
// RUN: sparse-opt %s --sparse-gpu-attach-target="chip=sm_90a features=+ptx85 format=bin" | FileCheck %s -DCHIP=sm_90a -DFEATURES=+ptx85

// CHECK: gpu.module @first [#nvvm.target<chip = "[[CHIP]]", features = "[[FEATURES]]">]
gpu.module @first {
}
// A target that was there is replaced.
// CHECK: gpu.module @second [#nvvm.target<chip = "[[CHIP]]", features = "[[FEATURES]]">]
gpu.module @second [#nvvm.target<chip = "sm_70">] {
}
