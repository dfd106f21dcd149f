// Each numbered constraint of the tile operations broken once (docs/Spec.md).
// RUN: sparse-opt %s -split-input-file -verify-diagnostics

func.func @f(%s: memref<?xf32>, %i: index) {
  // expected-error @+1 {{needs a source of rank 1 of integers or index, got 'memref<?xf32>' (CRD-1)}}
  %0 = sparse_gpu.coordinates %s[%i] [%i] : memref<?xf32> -> tensor<?xindex>
  return
}

// -----

func.func @f(%s: memref<?x?xi32>, %i: index) {
  // expected-error @+1 {{needs a source of rank 1 of integers or index, got 'memref<?x?xi32>' (CRD-1)}}
  %0 = sparse_gpu.coordinates %s[%i] [%i] : memref<?x?xi32> -> tensor<?xindex>
  return
}

// -----

func.func @f(%s: memref<?xi32>, %i: index) {
  // expected-error @+1 {{makes a tile of rank 1, got 'tensor<?x?xindex>' (CRD-1)}}
  %0 = sparse_gpu.coordinates %s[%i] [%i] : memref<?xi32> -> tensor<?x?xindex>
  return
}

// -----

func.func @f(%s: memref<?x?xf32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?x?xf32>' to 'tensor<1x?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (DEC-1)}}
  %0 = sparse_gpu.decode %s[%i] [%i] : memref<?x?xf32> -> tensor<1x?xf32>
  return
}

// -----

func.func @f(%s: memref<?xf32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?xf32>' to 'tensor<?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (DEC-1)}}
  %0 = sparse_gpu.decode %s[%i] [%i] : memref<?xf32> -> tensor<?xf32>
  return
}

// -----

func.func @f(%s: memref<?xf32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?xf32>' to 'tensor<?x?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (DEC-1)}}
  %0 = sparse_gpu.decode %s[%i] [%i] : memref<?xf32> -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%s: memref<?xf16>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?xf16>' to 'tensor<1x?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (DEC-1)}}
  %0 = sparse_gpu.decode %s[%i] [%i] : memref<?xf16> -> tensor<1x?xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{has 1 subscripts for a source of rank 2 (GTH-1)}}
  %0 = sparse_gpu.gather %B rows(%k) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x32xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{has 2 subscripts for a source of rank 1 (GTH-1)}}
  %0 = sparse_gpu.gather %v rows(%k) columns(%n) : memref<?xf32>, tensor<?xindex> -> tensor<?x32xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index, %s: memref<f32>) {
  // expected-error @+1 {{has 0 subscripts for a source of rank 0 (GTH-1)}}
  %0 = sparse_gpu.gather %s : memref<f32> -> tensor<f32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{'transposed' needs a source of rank 2 (GTH-1)}}
  %0 = sparse_gpu.gather %v rows(%k) {transposed} : memref<?xf32>, tensor<?xindex> -> tensor<?xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{makes a tile of rank 2 and element type 'f32', got 'tensor<?x32xf16>' (GTH-2)}}
  %0 = sparse_gpu.gather %B rows(%k) columns(%n) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x32xf16>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{makes a tile of rank 2 and element type 'f32', got 'tensor<32xf32>' (GTH-2)}}
  %0 = sparse_gpu.gather %B rows(%k) columns(%n) : memref<?x?xf32>, tensor<?xindex> -> tensor<32xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{makes one tile row per row subscript (GTH-2)}}
  %0 = sparse_gpu.gather %B rows(%k4) columns(%n) : memref<?x?xf32>, tensor<4xindex> -> tensor<5x32xf32>
  return
}

// -----

func.func @f(%B: memref<?x?xf32>, %v: memref<?xf32>, %k: tensor<?xindex>, %k4: tensor<4xindex>, %n: index) {
  // expected-error @+1 {{makes a static number of columns (GTH-2)}}
  %0 = sparse_gpu.gather %B rows(%k) columns(%n) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%t: tensor<1x32xf32>, %h: tensor<1x32xf16>, %u: tensor<32xf32>, %C: memref<?x?xf32>, %v: memref<?xf32>, %r: tensor<1xindex>, %n: index) {
  // expected-error @+1 {{needs a destination of rank 2, got 'memref<?xf32>' (SCT-1)}}
  sparse_gpu.scatter %t into %v rows(%r) columns(%n) : tensor<1x32xf32>, tensor<1xindex> into memref<?xf32>
  return
}

// -----

func.func @f(%t: tensor<1x32xf32>, %h: tensor<1x32xf16>, %u: tensor<32xf32>, %C: memref<?x?xf32>, %v: memref<?xf32>, %r: tensor<1xindex>, %n: index) {
  // expected-error @+1 {{stores a tile of rank 2 and element type 'f32', got 'tensor<1x32xf16>' (SCT-2)}}
  sparse_gpu.scatter %h into %C rows(%r) columns(%n) : tensor<1x32xf16>, tensor<1xindex> into memref<?x?xf32>
  return
}

// -----

func.func @f(%t: tensor<1x32xf32>, %h: tensor<1x32xf16>, %u: tensor<32xf32>, %C: memref<?x?xf32>, %v: memref<?xf32>, %r: tensor<1xindex>, %n: index) {
  // expected-error @+1 {{stores a tile of rank 2 and element type 'f32', got 'tensor<32xf32>' (SCT-2)}}
  sparse_gpu.scatter %u into %C rows(%r) columns(%n) : tensor<32xf32>, tensor<1xindex> into memref<?x?xf32>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xf16>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{needs ids and offsets of rank 1 of integers or index, got 'memref<?xf16>' (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?xf32>, memref<?xf16>, memref<?xi32> -> tensor<4x?xf32>, tensor<4x?xi1>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xi8>, %t: memref<?x?xi32>, %i: index) {
  // expected-error @+1 {{needs ids and offsets of rank 1 of integers or index, got 'memref<?x?xi32>' (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?x?xi32> -> tensor<4x?xf32>, tensor<4x?xi1>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xi8>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?xf32>' to 'tensor<4x?xf16>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<4x?xf16>, tensor<4x?xi1>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xi8>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?xf32>' to 'tensor<?x?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<?x?xf32>, tensor<4x?xi1>
  return
}

// -----

func.func @f(%v: memref<?x?xf32>, %ids: memref<?xi8>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{cannot decode 'memref<?x?xf32>' to 'tensor<4x?xf32>': the tile needs rank 2, a static row count and the element type of a source of rank 1 (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?x?xf32>, memref<?xi8>, memref<?xi32> -> tensor<4x?xf32>, tensor<4x?xi1>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xi8>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{says of each element whether it is present, in 'tensor<4x?xi1>', got 'tensor<4x?xi8>' (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<4x?xf32>, tensor<4x?xi8>
  return
}

// -----

func.func @f(%v: memref<?xf32>, %ids: memref<?xi8>, %t: memref<?xi32>, %i: index) {
  // expected-error @+1 {{needs tiles of at least one column, got 0 (IDS-1)}}
  %a, %p = sparse_gpu.decode_ids %v at %ids in %t[%i] [%i] tiles of 0 : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<4x?xf32>, tensor<4x?xi1>
  return
}

// -----

func.func @scatter_reduce_arguments(%t: tensor<1x32xf32>, %C: memref<?x?xf32>, %r: tensor<1xindex>, %n: index) {
  // expected-error @+1 {{region 'reduce' must have one block that takes two 'f32' and ends in sparse_gpu.yield of 'f32' (SCT-3)}}
  sparse_gpu.scatter %t into %C rows(%r) columns(%n) reduce {
  ^bb0(%a: f32, %b: f64):
    sparse_gpu.yield %a : f32
  } : tensor<1x32xf32>, tensor<1xindex> into memref<?x?xf32>
  return
}

// -----

func.func @scatter_reduce_yield(%t: tensor<1x32xf32>, %C: memref<?x?xf32>, %r: tensor<1xindex>, %n: index) {
  // expected-error @+1 {{region 'reduce' must have one block that takes two 'f32' and ends in sparse_gpu.yield of 'f32' (SCT-3)}}
  sparse_gpu.scatter %t into %C rows(%r) columns(%n) reduce {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.extf %a : f32 to f64
    sparse_gpu.yield %0 : f64
  } : tensor<1x32xf32>, tensor<1xindex> into memref<?x?xf32>
  return
}

// -----

func.func @ldmatrix_pairs_global(%b: memref<64x128xi8>, %r: index) {
  // expected-error @+1 {{needs a buffer in workgroup memory, a subscript for each of its dimensions, and a result of 1, 2 or 4 rows of 2, got 'memref<64x128xi8>' with 2 subscripts to 'vector<4x2xi16>' (LDP-1)}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<64x128xi8> -> vector<4x2xi16>
  return
}

// -----

func.func @ldmatrix_pairs_subscripts(%b: memref<64x128xi8, #gpu.address_space<workgroup>>, %r: index) {
  // expected-error @+1 {{with 1 subscripts to 'vector<4x2xi16>' (LDP-1)}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r] : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
  return
}

// -----

func.func @ldmatrix_pairs_rows(%b: memref<64x128xi8, #gpu.address_space<workgroup>>, %r: index) {
  // expected-error @+1 {{to 'vector<3x2xi16>' (LDP-1)}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<3x2xi16>
  return
}
