// Recurrent layers: both directions, cotangents of the whole sequence, of last states only, and of all.
func.func @lstm(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_sequence(%x: tensor<4x3x2xf64>, %w: tensor<2x4xf64>, %r: tensor<1x4xf64>, %b: tensor<4xf64>)
    -> (tensor<4x3x1xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b
      : (tensor<4x3x2xf64>, tensor<2x4xf64>, tensor<1x4xf64>, tensor<4xf64>)
      -> (tensor<4x3x1xf64>, tensor<3x1xf64>, tensor<3x1xf64>, tensor<4x3x1xf64>, tensor<4x3x4xf64>)
  return %y#0 : tensor<4x3x1xf64>
}
func.func @lstm_last(%x: tensor<4x1x3xf64>, %w: tensor<3x8xf64>, %r: tensor<2x8xf64>, %b: tensor<8xf64>)
    -> (tensor<1x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b
      : (tensor<4x1x3xf64>, tensor<3x8xf64>, tensor<2x8xf64>, tensor<8xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<1x2xf64>, tensor<4x1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @lstm_last_reverse(%x: tensor<4x1x3xf64>, %w: tensor<3x8xf64>, %r: tensor<2x8xf64>)
    -> (tensor<1x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r {reverse = true}
      : (tensor<4x1x3xf64>, tensor<3x8xf64>, tensor<2x8xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<1x2xf64>, tensor<4x1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @lstm_cell(%x: tensor<2x2x1xf64>, %w: tensor<1x8xf64>, %r: tensor<2x8xf64>, %c: tensor<2x2xf64>)
    -> (tensor<2x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r cell %c
      : (tensor<2x2x1xf64>, tensor<1x8xf64>, tensor<2x8xf64>, tensor<2x2xf64>)
      -> (tensor<2x2x2xf64>, tensor<2x2xf64>, tensor<2x2xf64>, tensor<2x2x2xf64>, tensor<2x2x8xf64>)
  return %y#2 : tensor<2x2xf64>
}
func.func @lstm_one_step(%x: tensor<1x2x3xf64>, %w: tensor<3x8xf64>, %r: tensor<2x8xf64>, %b: tensor<8xf64>, %h: tensor<2x2xf64>, %c: tensor<2x2xf64>)
    -> (tensor<1x2x2xf64>, tensor<2x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c
      : (tensor<1x2x3xf64>, tensor<3x8xf64>, tensor<2x8xf64>, tensor<8xf64>, tensor<2x2xf64>, tensor<2x2xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<2x2xf64>, tensor<1x2x2xf64>, tensor<1x2x8xf64>)
  return %y#0, %y#2 : tensor<1x2x2xf64>, tensor<2x2xf64>
}
func.func @lstm_one_step_from_zero(%x: tensor<1x2x3xf64>, %w: tensor<3x8xf64>, %r: tensor<2x8xf64>)
    -> (tensor<1x2x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r
      : (tensor<1x2x3xf64>, tensor<3x8xf64>, tensor<2x8xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<2x2xf64>, tensor<1x2x2xf64>, tensor<1x2x8xf64>)
  return %y#0 : tensor<1x2x2xf64>
}
func.func @lstm_projected(%x: tensor<3x2x8xf64>, %r: tensor<2x8xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:5 = dl.lstm %x recurrent %r hidden %h
      : (tensor<3x2x8xf64>, tensor<2x8xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<2x2xf64>, tensor<3x2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @lstm_activations(%x: tensor<3x2x2xf64>, %w: tensor<2x8xf64>, %r: tensor<2x8xf64>, %b: tensor<8xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b {gate_activation = #dl.recurrent_activation<hard_sigmoid>, cell_activation = #dl.recurrent_activation<linear>, hidden_activation = #dl.recurrent_activation<sigmoid>}
      : (tensor<3x2x2xf64>, tensor<2x8xf64>, tensor<2x8xf64>, tensor<8xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<2x2xf64>, tensor<3x2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#2 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_sequence(%x: tensor<4x3x2xf64>, %w: tensor<2x3xf64>, %r: tensor<1x3xf64>, %b: tensor<3xf64>, %rb: tensor<3xf64>)
    -> (tensor<4x3x1xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb
      : (tensor<4x3x2xf64>, tensor<2x3xf64>, tensor<1x3xf64>, tensor<3xf64>, tensor<3xf64>)
      -> (tensor<4x3x1xf64>, tensor<3x1xf64>, tensor<4x3x4xf64>)
  return %y#0 : tensor<4x3x1xf64>
}
func.func @gru_last(%x: tensor<4x1x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>)
    -> (tensor<1x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b
      : (tensor<4x1x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @gru_last_reverse(%x: tensor<4x1x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>)
    -> (tensor<1x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r {reverse = true}
      : (tensor<4x1x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @gru_one_step(%x: tensor<1x2x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<1x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h
      : (tensor<1x2x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<1x2x8xf64>)
  return %y#0, %y#1 : tensor<1x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_one_step_from_zero(%x: tensor<1x2x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>)
    -> (tensor<1x2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b
      : (tensor<1x2x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<1x2x8xf64>)
  return %y#0 : tensor<1x2x2xf64>
}
func.func @gru_projected(%x: tensor<3x2x6xf64>, %r: tensor<2x6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x recurrent %r recurrent_bias %rb hidden %h
      : (tensor<3x2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_hard_sigmoid_linear(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb {gate_activation = #dl.recurrent_activation<hard_sigmoid>, cell_activation = #dl.recurrent_activation<linear>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_tanh_sigmoid(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {gate_activation = #dl.recurrent_activation<tanh>, cell_activation = #dl.recurrent_activation<sigmoid>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_linear_relu(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb {gate_activation = #dl.recurrent_activation<linear>, cell_activation = #dl.recurrent_activation<relu>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_relu_hard_sigmoid(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {gate_activation = #dl.recurrent_activation<relu>, cell_activation = #dl.recurrent_activation<hard_sigmoid>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reset_after = false}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_before_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reset_after = false, reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_before_sequence(%x: tensor<4x3x2xf64>, %w: tensor<2x3xf64>, %r: tensor<1x3xf64>, %b: tensor<3xf64>, %rb: tensor<3xf64>)
    -> (tensor<4x3x1xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb {reset_after = false}
      : (tensor<4x3x2xf64>, tensor<2x3xf64>, tensor<1x3xf64>, tensor<3xf64>, tensor<3xf64>)
      -> (tensor<4x3x1xf64>, tensor<3x1xf64>, tensor<4x3x4xf64>)
  return %y#0 : tensor<4x3x1xf64>
}
func.func @gru_before_last(%x: tensor<4x1x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>)
    -> (tensor<1x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b {reset_after = false}
      : (tensor<4x1x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @gru_before_last_reverse(%x: tensor<4x1x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>)
    -> (tensor<1x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r {reset_after = false, reverse = true}
      : (tensor<4x1x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>)
      -> (tensor<4x1x2xf64>, tensor<1x2xf64>, tensor<4x1x8xf64>)
  return %y#1 : tensor<1x2xf64>
}
func.func @gru_before_one_step(%x: tensor<1x2x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<1x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reset_after = false}
      : (tensor<1x2x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<1x2x8xf64>)
  return %y#0, %y#1 : tensor<1x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before_one_step_from_zero(%x: tensor<1x2x3xf64>, %w: tensor<3x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>)
    -> (tensor<1x2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b {reset_after = false}
      : (tensor<1x2x3xf64>, tensor<3x6xf64>, tensor<2x6xf64>, tensor<6xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>, tensor<1x2x8xf64>)
  return %y#0 : tensor<1x2x2xf64>
}
func.func @gru_before_projected(%x: tensor<3x2x6xf64>, %r: tensor<2x6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x recurrent %r recurrent_bias %rb hidden %h {reset_after = false}
      : (tensor<3x2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before_hard_sigmoid_linear(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb {reset_after = false, gate_activation = #dl.recurrent_activation<hard_sigmoid>, cell_activation = #dl.recurrent_activation<linear>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before_tanh_sigmoid(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reset_after = false, gate_activation = #dl.recurrent_activation<tanh>, cell_activation = #dl.recurrent_activation<sigmoid>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before_linear_relu(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb {reset_after = false, gate_activation = #dl.recurrent_activation<linear>, cell_activation = #dl.recurrent_activation<relu>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @gru_before_relu_hard_sigmoid(%x: tensor<3x2x2xf64>, %w: tensor<2x6xf64>, %r: tensor<2x6xf64>, %b: tensor<6xf64>, %rb: tensor<6xf64>, %h: tensor<2x2xf64>)
    -> (tensor<3x2x2xf64>, tensor<2x2xf64>) {
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h {reset_after = false, gate_activation = #dl.recurrent_activation<relu>, cell_activation = #dl.recurrent_activation<hard_sigmoid>}
      : (tensor<3x2x2xf64>, tensor<2x6xf64>, tensor<2x6xf64>, tensor<6xf64>, tensor<6xf64>, tensor<2x2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>, tensor<3x2x8xf64>)
  return %y#0, %y#1 : tensor<3x2x2xf64>, tensor<2x2xf64>
}
func.func @simple_rnn(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b hidden %h
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @simple_rnn_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b hidden %h {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<2x3xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @simple_rnn_last(%x: tensor<5x1x2xf64>, %w: tensor<2x3xf64>, %r: tensor<3x3xf64>)
    -> (tensor<1x3xf64>) {
  %y:2 = dl.simple_rnn %x weights %w recurrent %r
      : (tensor<5x1x2xf64>, tensor<2x3xf64>, tensor<3x3xf64>)
      -> (tensor<5x1x3xf64>, tensor<1x3xf64>)
  return %y#1 : tensor<1x3xf64>
}
func.func @simple_rnn_relu(%x: tensor<3x2x3xf64>, %w: tensor<3x2xf64>, %r: tensor<2x2xf64>, %b: tensor<2xf64>)
    -> (tensor<3x2x2xf64>) {
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b {activation = #dl.recurrent_activation<relu>}
      : (tensor<3x2x3xf64>, tensor<3x2xf64>, tensor<2x2xf64>, tensor<2xf64>)
      -> (tensor<3x2x2xf64>, tensor<2x2xf64>)
  return %y#0 : tensor<3x2x2xf64>
}
func.func @simple_rnn_projected(%x: tensor<1x2x2xf64>, %r: tensor<2x2xf64>)
    -> (tensor<1x2x2xf64>) {
  %y:2 = dl.simple_rnn %x recurrent %r
      : (tensor<1x2x2xf64>, tensor<2x2xf64>)
      -> (tensor<1x2x2xf64>, tensor<2x2xf64>)
  return %y#0 : tensor<1x2x2xf64>
}

// Steps that a mask leaves out, first ones and last ones, of one row and of both; a row that takes none. Peepholes.
func.func @lstm_masked(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c mask %m
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_masked_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c mask %m {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_masked_from_zero(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b mask %m
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#1 : tensor<2x3xf64>
}
func.func @lstm_masked_row(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[false, true], [false, false], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c mask %m
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#2 : tensor<2x3xf64>
}
func.func @lstm_peephole(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>, %p: tensor<9xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c peephole %p
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<9xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_peephole_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %p: tensor<9xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b peephole %p {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<9xf64>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_peephole_masked(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>, %p: tensor<9xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c peephole %p mask %m
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<9xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1, %y#2 : tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>
}
func.func @lstm_peephole_masked_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x12xf64>, %r: tensor<3x12xf64>, %b: tensor<12xf64>, %h: tensor<2x3xf64>, %c: tensor<2x3xf64>, %p: tensor<9xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b hidden %h cell %c peephole %p mask %m {reverse = true, hidden_activation = #dl.recurrent_activation<linear>}
      : (tensor<3x2x5xf64>, tensor<5x12xf64>, tensor<3x12xf64>, tensor<12xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<9xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<2x3xf64>, tensor<3x2x3xf64>, tensor<3x2x12xf64>)
  return %y#1 : tensor<2x3xf64>
}
func.func @gru_masked(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_masked_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#1 : tensor<2x3xf64>
}
func.func @gru_masked_row(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[false, true], [false, false], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_masked_from_zero(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb mask %m
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_before_masked(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m {reset_after = false}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @gru_before_masked_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m {reset_after = false, reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#1 : tensor<2x3xf64>
}
func.func @gru_before_masked_row(%x: tensor<3x2x5xf64>, %w: tensor<5x9xf64>, %r: tensor<3x9xf64>, %b: tensor<9xf64>, %rb: tensor<9xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[false, true], [false, false], [false, true]]> : tensor<3x2xi1>
  %y:3 = dl.gru %x weights %w recurrent %r bias %b recurrent_bias %rb hidden %h mask %m {reset_after = false}
      : (tensor<3x2x5xf64>, tensor<5x9xf64>, tensor<3x9xf64>, tensor<9xf64>, tensor<9xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>, tensor<3x2x12xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @simple_rnn_masked(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b hidden %h mask %m
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @simple_rnn_masked_reverse(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>, %h: tensor<2x3xf64>)
    -> (tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b hidden %h mask %m {reverse = true}
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#1 : tensor<2x3xf64>
}
func.func @simple_rnn_masked_row(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>, %h: tensor<2x3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[false, true], [false, false], [false, true]]> : tensor<3x2xi1>
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b hidden %h mask %m
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<2x3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
func.func @simple_rnn_masked_from_zero(%x: tensor<3x2x5xf64>, %w: tensor<5x3xf64>, %r: tensor<3x3xf64>, %b: tensor<3xf64>)
    -> (tensor<3x2x3xf64>, tensor<2x3xf64>) {
  %m = dl.constant dense<[[true, false], [true, true], [false, true]]> : tensor<3x2xi1>
  %y:2 = dl.simple_rnn %x weights %w recurrent %r bias %b mask %m
      : (tensor<3x2x5xf64>, tensor<5x3xf64>, tensor<3x3xf64>, tensor<3xf64>, tensor<3x2xi1>)
      -> (tensor<3x2x3xf64>, tensor<2x3xf64>)
  return %y#0, %y#1 : tensor<3x2x3xf64>, tensor<2x3xf64>
}
