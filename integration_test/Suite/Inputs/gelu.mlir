// GELU as transformers write it, computed in f32 and rounded once to f16 or
// bf16.

!T = f16
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @gelu(%A: !A {sparse_gpu.name = "A"},
                %B: !B {sparse_gpu.name = "B"},
                %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      epilogue {
      ^bb0(%x: f32):
        %half = arith.constant 0.5 : f32
        %one = arith.constant 1.0 : f32
        %c0 = arith.constant 0.797884583 : f32
        %c1 = arith.constant 0.044715 : f32
        %square = arith.mulf %x, %x : f32
        %cube = arith.mulf %square, %x : f32
        %small = arith.mulf %cube, %c1 : f32
        %inner = arith.addf %x, %small : f32
        %scaled = arith.mulf %inner, %c0 : f32
        %tanh = math.tanh %scaled : f32
        %factor = arith.addf %tanh, %one : f32
        %both = arith.mulf %x, %factor : f32
        %result = arith.mulf %both, %half : f32
        %rounded = arith.truncf %result : f32 to !T
        sparse_gpu.yield %rounded : !T
      } -> !C
  return %D : !C
}
