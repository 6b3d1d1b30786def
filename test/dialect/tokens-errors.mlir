// Broken if a layer of tokens that has no meaning is accepted, or is refused without saying what
// was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

func.func @floats(%x: tensor<?x20xf32>) {
  // expected-error @+1 {{'vib.embedding' op expected tokens, as in 'tensor<?x20xi32>', but got 'tensor<?x20xf32>'}}
  %0 = vib.embedding %x @e values(5) [2] : tensor<?x20xf32>
  return
}

// -----

func.func @bytes(%x: tensor<?x20xui8>) {
  // expected-error @+1 {{'vib.one_hot' op expected tokens, as in 'tensor<?x20xi32>', but got 'tensor<?x20xui8>'}}
  %0 = vib.one_hot %x values(5) : tensor<?x20xui8>
  return
}

// -----

func.func @images(%x: tensor<?x4x4xi32>) {
  // expected-error @+1 {{'vib.one_hot' op expected tokens, as in 'tensor<?x20xi32>', but got 'tensor<?x4x4xi32>'}}
  %0 = vib.one_hot %x values(5) : tensor<?x4x4xi32>
  return
}

// -----

func.func @no_values(%words: tensor<?x20xi32>) {
  // expected-error @+1 {{expected the number of values of a token, as in 'values(1000)'}}
  %0 = vib.embedding %words @e [2] : tensor<?x20xi32>
  return
}

// -----

func.func @none(%words: tensor<?x20xi32>) {
  // expected-error @+1 {{expected the number of values to be a whole number from 1 to 2147483647 but got '0'}}
  %0 = vib.one_hot %words values(0) : tensor<?x20xi32>
  return
}

// -----

func.func @no_width(%words: tensor<?x20xi32>) {
  // expected-error @+1 {{expected the width of the result, as in '[64]', or its type}}
  %0 = vib.embedding %words @e values(5) : tensor<?x20xi32>
  return
}

// -----

func.func @shape(%words: tensor<?x20xi32>) {
  // expected-error @+1 {{'vib.embedding' op expected a result of 'tensor<?x20x3xf32>' but got 'tensor<?x10x3xf32>'}}
  %0 = vib.embedding %words @e values(5) : tensor<?x20xi32> -> tensor<?x10x3xf32>
  return
}

// -----

func.func @width(%words: tensor<?x20xi32>) {
  // expected-error @+1 {{'vib.one_hot' op expected a result of 'tensor<?x20x5xf32>' but got 'tensor<?x20x3xf32>'}}
  %0 = vib.one_hot %words values(5) : tensor<?x20xi32> -> tensor<?x20x3xf32>
  return
}

// -----

// One range of an input.
vib.model @m(%words: tensor<?x2xi32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the first reader is here}}
  %e = vib.embedding %words @embed values(5) [3] : tensor<?x2xi32>
  // expected-error @+1 {{'vib.one_hot' op expected 5 values of a token, as the first reader of the input has, but got 6}}
  %o = vib.one_hot %words values(6) : tensor<?x2xi32>
  %a = vib.flatten %e : tensor<?x2x3xf32>
  %b = vib.flatten %o : tensor<?x2x6xf32>
  %x = vib.concat %a, %b : tensor<?x6xf32>, tensor<?x12xf32>
  %s = vib.linear %x @encode.0 [4] : tensor<?x18xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %ce
}

// -----

// A layer of floats that reads tokens is reported itself, and not what reads its result.
vib.model @m(%x: tensor<?x4xi32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.linear' op computes with floats, but reads whole numbers: vib.embedding or vib.one_hot makes numbers of tokens}}
  %s = vib.linear %x @encode.0 [4] : tensor<?x4xi32>
  %r = vib.relu %s : tensor<?x4xf32>
  %q = vib.normal %r softplus(0.0) : tensor<?x4xf32>
}
