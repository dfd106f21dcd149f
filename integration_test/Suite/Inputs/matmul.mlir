// C += A * B. The tool that makes the suite's bundle replaces the definitions
// of aliases, so that one file serves every type, width and static size.

!T = f32
#A = #sparse_gpu.csr
!A = tensor<?x?x!T, #A>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @matmul(%A: !A {sparse_gpu.name = "A"},
                  %B: !B {sparse_gpu.name = "B"},
                  %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  return %D : !C
}
