// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @lstm_c1(%x: tensor<3x2x5xf32>, %w: tensor<5x16xf32>, %r: tensor<4x16xf32>, %b: tensor<16xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0:5 = dl.lstm %x weights %w recurrent %r bias %b : (tensor<3x2x5xf32>, tensor<5x16xf32>, tensor<4x16xf32>, tensor<16xf64>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @lstm_c2(%x: tensor<0x2x5xf32>, %w: tensor<5x16xf32>, %r: tensor<4x16xf32>) {
  // expected-error @+1 {{expects at least one step and one unit, got a sequence 'tensor<0x2x4xf32>'}}
  %0:5 = dl.lstm %x weights %w recurrent %r : (tensor<0x2x5xf32>, tensor<5x16xf32>, tensor<4x16xf32>) -> (tensor<0x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<0x2x4xf32>, tensor<0x2x16xf32>)
  return
}

// -----

func.func @lstm_c3(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>, %b: tensor<16xf32>) {
  // expected-error @+1 {{expects no bias without weights}}
  %0:5 = dl.lstm %x recurrent %r bias %b : (tensor<3x2x16xf32>, tensor<4x16xf32>, tensor<16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @lstm_mask(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>, %m: tensor<2x3xi1>) {
  // expected-error @+1 {{expects a mask of shape 3x2, got 'tensor<2x3xi1>'}}
  %0:5 = dl.lstm %x recurrent %r mask %m : (tensor<3x2x16xf32>, tensor<4x16xf32>, tensor<2x3xi1>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @lstm_c4(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>, %c: tensor<1x4xf32>) {
  // expected-error @+1 {{expects an initial cell state of shape 2x4, got 'tensor<1x4xf32>'}}
  %0:5 = dl.lstm %x recurrent %r cell %c : (tensor<3x2x16xf32>, tensor<4x16xf32>, tensor<1x4xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @lstm_c5(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>, %p: tensor<16xf32>) {
  // expected-error @+1 {{expects a peephole of shape 12, got 'tensor<16xf32>'}}
  %0:5 = dl.lstm %x recurrent %r peephole %p : (tensor<3x2x16xf32>, tensor<4x16xf32>, tensor<16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @lstm_matrices(%x: tensor<3x2x5xf32>, %w: tensor<5x12xf32>, %r: tensor<4x16xf32>) {
  // expected-error @+2 {{lstm expects matrices with 4 columns a unit, and as many rows as features and units, got input 3x2x5, weights 5x12 and recurrent 4x16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:5 = dl.lstm %x weights %w recurrent %r : (tensor<3x2x5xf32>, tensor<5x12xf32>, tensor<4x16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @gru_c1(%x: tensor<3x2x12xf32>, %r: tensor<4x12xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0:3 = dl.gru %x recurrent %r : (tensor<3x2x12xf32>, tensor<4x12xf64>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @gru_c2(%x: tensor<3x2x0xf32>, %r: tensor<0x0xf32>) {
  // expected-error @+1 {{expects at least one step and one unit, got a sequence 'tensor<3x2x0xf32>'}}
  %0:3 = dl.gru %x recurrent %r : (tensor<3x2x0xf32>, tensor<0x0xf32>) -> (tensor<3x2x0xf32>, tensor<2x0xf32>, tensor<3x2x0xf32>)
  return
}

// -----

func.func @gru_c3(%x: tensor<3x2x12xf32>, %r: tensor<4x12xf32>, %h: tensor<4x2xf32>) {
  // expected-error @+1 {{expects an initial hidden state of shape 2x4, got 'tensor<4x2xf32>'}}
  %0:3 = dl.gru %x recurrent %r hidden %h : (tensor<3x2x12xf32>, tensor<4x12xf32>, tensor<4x2xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @gru_c4(%x: tensor<3x2x12xf32>, %r: tensor<4x12xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expects a recurrent bias of shape 12, got 'tensor<4xf32>'}}
  %0:3 = dl.gru %x recurrent %r recurrent_bias %b : (tensor<3x2x12xf32>, tensor<4x12xf32>, tensor<4xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<3x2x16xf32>)
  return
}

// -----

func.func @simple_rnn_c1(%x: tensor<3x2x4xf32>, %r: tensor<4x4xf32>, %h: tensor<2x4xf16>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f16'}}
  %0:2 = dl.simple_rnn %x recurrent %r hidden %h : (tensor<3x2x4xf32>, tensor<4x4xf32>, tensor<2x4xf16>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_c2(%x: tensor<0x2x4xf32>, %r: tensor<4x4xf32>) {
  // expected-error @+1 {{expects at least one step and one unit}}
  %0:2 = dl.simple_rnn %x recurrent %r : (tensor<0x2x4xf32>, tensor<4x4xf32>) -> (tensor<0x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_c3(%x: tensor<3x2x5xf32>, %w: tensor<5x4xf32>, %r: tensor<4x4xf32>, %b: tensor<5xf32>) {
  // expected-error @+1 {{expects a bias of shape 4, got 'tensor<5xf32>'}}
  %0:2 = dl.simple_rnn %x weights %w recurrent %r bias %b : (tensor<3x2x5xf32>, tensor<5x4xf32>, tensor<4x4xf32>, tensor<5xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_c1(%r: tensor<4x16xf32>, %c: tensor<3x2x4xf64>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g : (tensor<4x16xf32>, tensor<3x2x4xf64>, tensor<3x2x16xf32>) -> (tensor<3x2x16xf64>, tensor<2x4xf64>, tensor<2x4xf64>)
  return
}

// -----

func.func @lstm_gradient_c2(%r: tensor<4x16xf32>, %c: tensor<0x2x4xf32>, %g: tensor<0x2x16xf32>) {
  // expected-error @+1 {{expects at least one step and one unit}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g : (tensor<4x16xf32>, tensor<0x2x4xf32>, tensor<0x2x16xf32>) -> (tensor<0x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_rank(%r: tensor<4x16xf32>, %c: tensor<2x4xf32>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects a sequence (steps, batch, units), got 'tensor<2x4xf32>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g : (tensor<4x16xf32>, tensor<2x4xf32>, tensor<3x2x16xf32>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_c3(%r: tensor<16x4xf32>, %c: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects a recurrent matrix of shape 4x16, got 'tensor<16x4xf32>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g : (tensor<16x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_c4(%r: tensor<4x16xf32>, %c: tensor<3x2x4xf32>, %g: tensor<3x2x4xf32>) {
  // expected-error @+1 {{expects gates of shape 3x2x16, got 'tensor<3x2x4xf32>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g : (tensor<4x16xf32>, tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_c5(%r: tensor<4x16xf32>, %c: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>, %d: tensor<3x2x4xf32>) {
  // expected-error @+1 {{expects a cotangent of the cell state of shape 2x4, got 'tensor<3x2x4xf32>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g d_cell %d : (tensor<4x16xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>, tensor<3x2x4xf32>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_c1(%r: tensor<4x12xf64>, %s: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects operands of one element type, got 'f64' and 'f32'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g : (tensor<4x12xf64>, tensor<3x2x4xf32>, tensor<3x2x16xf32>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_c2(%r: tensor<4x12xf32>, %s: tensor<0x2x4xf32>, %g: tensor<0x2x16xf32>) {
  // expected-error @+1 {{expects at least one step and one unit}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g : (tensor<4x12xf32>, tensor<0x2x4xf32>, tensor<0x2x16xf32>) -> (tensor<0x2x12xf32>, tensor<0x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_rank(%r: tensor<4x12xf32>, %s: tensor<4xf32>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects a sequence (steps, batch, units), got 'tensor<4xf32>'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g : (tensor<4x12xf32>, tensor<4xf32>, tensor<3x2x16xf32>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_c3(%r: tensor<12x4xf32>, %s: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>) {
  // expected-error @+1 {{expects a recurrent matrix of shape 4x12, got 'tensor<12x4xf32>'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g : (tensor<12x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_c4(%r: tensor<4x12xf32>, %s: tensor<3x2x4xf32>, %g: tensor<3x2x12xf32>) {
  // expected-error @+1 {{expects gates of shape 3x2x16, got 'tensor<3x2x12xf32>'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g : (tensor<4x12xf32>, tensor<3x2x4xf32>, tensor<3x2x12xf32>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_c5(%r: tensor<4x12xf32>, %s: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>, %h: tensor<4x2xf32>) {
  // expected-error @+1 {{expects an initial hidden state of shape 2x4, got 'tensor<4x2xf32>'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g hidden %h : (tensor<4x12xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>, tensor<4x2xf32>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_gradient_c1(%r: tensor<4x4xf64>, %s: tensor<3x2x4xf32>) {
  // expected-error @+1 {{expects operands of one element type, got 'f64' and 'f32'}}
  %0:2 = dl.simple_rnn_gradient %r sequence %s : (tensor<4x4xf64>, tensor<3x2x4xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_gradient_c2(%r: tensor<4x4xf32>, %s: tensor<3x4xf32>) {
  // expected-error @+1 {{expects a sequence (steps, batch, units), got 'tensor<3x4xf32>'}}
  %0:2 = dl.simple_rnn_gradient %r sequence %s : (tensor<4x4xf32>, tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_gradient_c3(%r: tensor<4x4xf32>, %s: tensor<0x2x4xf32>) {
  // expected-error @+1 {{expects at least one step and one unit}}
  %0:2 = dl.simple_rnn_gradient %r sequence %s : (tensor<4x4xf32>, tensor<0x2x4xf32>) -> (tensor<0x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_gradient_c4(%r: tensor<4x4xf32>, %s: tensor<3x2x4xf32>, %d: tensor<2x3x4xf32>) {
  // expected-error @+1 {{expects a cotangent of the sequence of shape 3x2x4, got 'tensor<2x3x4xf32>'}}
  %0:2 = dl.simple_rnn_gradient %r sequence %s d_sequence %d : (tensor<4x4xf32>, tensor<3x2x4xf32>, tensor<2x3x4xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @simple_rnn_gradient_mask(%r: tensor<4x4xf32>, %s: tensor<3x2x4xf32>, %m: tensor<2x3xi1>) {
  // expected-error @+1 {{expects a mask of shape 3x2, got 'tensor<2x3xi1>'}}
  %0:2 = dl.simple_rnn_gradient %r sequence %s mask %m : (tensor<4x4xf32>, tensor<3x2x4xf32>, tensor<2x3xi1>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gru_gradient_mask(%r: tensor<4x12xf32>, %s: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>, %m: tensor<2x3xi1>) {
  // expected-error @+1 {{expects a mask of shape 3x2, got 'tensor<2x3xi1>'}}
  %0:3 = dl.gru_gradient %r sequence %s gates %g mask %m : (tensor<4x12xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>, tensor<2x3xi1>) -> (tensor<3x2x12xf32>, tensor<3x2x12xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_mask(%r: tensor<4x16xf32>, %c: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>, %m: tensor<3xi1>) {
  // expected-error @+1 {{expects a mask of shape 3x2, got 'tensor<3xi1>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g mask %m : (tensor<4x16xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>, tensor<3xi1>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @lstm_gradient_c6(%r: tensor<4x16xf32>, %c: tensor<3x2x4xf32>, %g: tensor<3x2x16xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{expects a peephole of shape 12, got 'tensor<4xf32>'}}
  %0:3 = dl.lstm_gradient %r cells %c gates %g peephole %p : (tensor<4x16xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>, tensor<4xf32>) -> (tensor<3x2x16xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}
