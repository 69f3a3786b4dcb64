// Gradients of recurrent layers with steps that a mask leaves out, and with peepholes: compiled code against the interpreter,
// where all tiles are whole and where they are cut off, in both directions. A result that only a mask fills is zero without one.
// REQUIRES: dlc
// On devices too: there a state's new value lies where its old one does.
// RUN: dlc verify %s --random-inputs --threads 2 | FileCheck %s
// RUN: %if opencl %{ dlc verify %s --target=opencl --random-inputs | FileCheck %s %}
// RUN: %if vulkan %{ dlc verify %s --target=vulkan --random-inputs | FileCheck %s %}

// CHECK-COUNT-22: ok {{ *}}
func.func @main(%m_whole: tensor<4x16xi1> {dl.name = "m_whole"},
                %d_whole: tensor<4x16x32xf32> {dl.name = "d_whole"},
                %h_whole: tensor<16x32xf32> {dl.name = "h_whole"},
                %s_whole: tensor<4x16x32xf32> {dl.name = "s_whole"},
                %g_whole: tensor<4x16x128xf32> {dl.name = "g_whole"},
                %r4_whole: tensor<32x128xf32> {dl.name = "r4_whole"},
                %r3_whole: tensor<32x96xf32> {dl.name = "r3_whole"},
                %r1_whole: tensor<32x32xf32> {dl.name = "r1_whole"},
                %p_whole: tensor<96xf32> {dl.name = "p_whole"},
                %m_odd: tensor<5x3xi1> {dl.name = "m_odd"},
                %d_odd: tensor<5x3x7xf32> {dl.name = "d_odd"},
                %h_odd: tensor<3x7xf32> {dl.name = "h_odd"},
                %s_odd: tensor<5x3x7xf32> {dl.name = "s_odd"},
                %g_odd: tensor<5x3x28xf32> {dl.name = "g_odd"},
                %r4_odd: tensor<7x28xf32> {dl.name = "r4_odd"},
                %r3_odd: tensor<7x21xf32> {dl.name = "r3_odd"},
                %r1_odd: tensor<7x7xf32> {dl.name = "r1_odd"},
                %p_odd: tensor<21xf32> {dl.name = "p_odd"})
    -> (tensor<4x16x128xf32> {dl.name = "lstm_whole_0"},
        tensor<16x32xf32> {dl.name = "lstm_whole_1"},
        tensor<16x32xf32> {dl.name = "lstm_whole_2"},
        tensor<4x16x96xf32> {dl.name = "gru_whole_0"},
        tensor<4x16x96xf32> {dl.name = "gru_whole_1"},
        tensor<16x32xf32> {dl.name = "gru_whole_2"},
        tensor<4x16x96xf32> {dl.name = "before_whole_1"},
        tensor<16x32xf32> {dl.name = "before_whole_2"},
        tensor<4x16x32xf32> {dl.name = "rnn_whole_0"},
        tensor<16x32xf32> {dl.name = "rnn_whole_1"},
        tensor<16x32xf32> {dl.name = "plain_whole_1"},
        tensor<5x3x28xf32> {dl.name = "lstm_odd_0"},
        tensor<3x7xf32> {dl.name = "lstm_odd_1"},
        tensor<3x7xf32> {dl.name = "lstm_odd_2"},
        tensor<5x3x21xf32> {dl.name = "gru_odd_0"},
        tensor<5x3x21xf32> {dl.name = "gru_odd_1"},
        tensor<3x7xf32> {dl.name = "gru_odd_2"},
        tensor<5x3x21xf32> {dl.name = "before_odd_1"},
        tensor<3x7xf32> {dl.name = "before_odd_2"},
        tensor<5x3x7xf32> {dl.name = "rnn_odd_0"},
        tensor<3x7xf32> {dl.name = "rnn_odd_1"},
        tensor<3x7xf32> {dl.name = "plain_odd_1"}) {
  %lstm_whole:3 = dl.lstm_gradient %r4_whole cells %s_whole gates %g_whole cell %h_whole peephole %p_whole mask %m_whole d_sequence %d_whole d_hidden %h_whole d_cell %h_whole : (tensor<32x128xf32>, tensor<4x16x32xf32>, tensor<4x16x128xf32>, tensor<16x32xf32>, tensor<96xf32>, tensor<4x16xi1>, tensor<4x16x32xf32>, tensor<16x32xf32>, tensor<16x32xf32>) -> (tensor<4x16x128xf32>, tensor<16x32xf32>, tensor<16x32xf32>)
  %gru_whole:3 = dl.gru_gradient %r3_whole sequence %s_whole gates %g_whole hidden %h_whole mask %m_whole d_sequence %d_whole d_hidden %h_whole : (tensor<32x96xf32>, tensor<4x16x32xf32>, tensor<4x16x128xf32>, tensor<16x32xf32>, tensor<4x16xi1>, tensor<4x16x32xf32>, tensor<16x32xf32>) -> (tensor<4x16x96xf32>, tensor<4x16x96xf32>, tensor<16x32xf32>)
  %before_whole:3 = dl.gru_gradient %r3_whole sequence %s_whole gates %g_whole mask %m_whole d_sequence %d_whole {reset_after = false} : (tensor<32x96xf32>, tensor<4x16x32xf32>, tensor<4x16x128xf32>, tensor<4x16xi1>, tensor<4x16x32xf32>) -> (tensor<4x16x96xf32>, tensor<4x16x96xf32>, tensor<16x32xf32>)
  %rnn_whole:2 = dl.simple_rnn_gradient %r1_whole sequence %s_whole mask %m_whole d_sequence %d_whole d_hidden %h_whole : (tensor<32x32xf32>, tensor<4x16x32xf32>, tensor<4x16xi1>, tensor<4x16x32xf32>, tensor<16x32xf32>) -> (tensor<4x16x32xf32>, tensor<16x32xf32>)
  %plain_whole:2 = dl.simple_rnn_gradient %r1_whole sequence %s_whole d_sequence %d_whole : (tensor<32x32xf32>, tensor<4x16x32xf32>, tensor<4x16x32xf32>) -> (tensor<4x16x32xf32>, tensor<16x32xf32>)
  %lstm_odd:3 = dl.lstm_gradient %r4_odd cells %s_odd gates %g_odd cell %h_odd peephole %p_odd mask %m_odd d_sequence %d_odd d_hidden %h_odd d_cell %h_odd {reverse = true} : (tensor<7x28xf32>, tensor<5x3x7xf32>, tensor<5x3x28xf32>, tensor<3x7xf32>, tensor<21xf32>, tensor<5x3xi1>, tensor<5x3x7xf32>, tensor<3x7xf32>, tensor<3x7xf32>) -> (tensor<5x3x28xf32>, tensor<3x7xf32>, tensor<3x7xf32>)
  %gru_odd:3 = dl.gru_gradient %r3_odd sequence %s_odd gates %g_odd hidden %h_odd mask %m_odd d_sequence %d_odd d_hidden %h_odd {reverse = true} : (tensor<7x21xf32>, tensor<5x3x7xf32>, tensor<5x3x28xf32>, tensor<3x7xf32>, tensor<5x3xi1>, tensor<5x3x7xf32>, tensor<3x7xf32>) -> (tensor<5x3x21xf32>, tensor<5x3x21xf32>, tensor<3x7xf32>)
  %before_odd:3 = dl.gru_gradient %r3_odd sequence %s_odd gates %g_odd mask %m_odd d_sequence %d_odd {reset_after = false} : (tensor<7x21xf32>, tensor<5x3x7xf32>, tensor<5x3x28xf32>, tensor<5x3xi1>, tensor<5x3x7xf32>) -> (tensor<5x3x21xf32>, tensor<5x3x21xf32>, tensor<3x7xf32>)
  %rnn_odd:2 = dl.simple_rnn_gradient %r1_odd sequence %s_odd mask %m_odd d_sequence %d_odd d_hidden %h_odd {reverse = true} : (tensor<7x7xf32>, tensor<5x3x7xf32>, tensor<5x3xi1>, tensor<5x3x7xf32>, tensor<3x7xf32>) -> (tensor<5x3x7xf32>, tensor<3x7xf32>)
  %plain_odd:2 = dl.simple_rnn_gradient %r1_odd sequence %s_odd d_sequence %d_odd : (tensor<7x7xf32>, tensor<5x3x7xf32>, tensor<5x3x7xf32>) -> (tensor<5x3x7xf32>, tensor<3x7xf32>)
  return %lstm_whole#0, %lstm_whole#1, %lstm_whole#2, %gru_whole#0, %gru_whole#1, %gru_whole#2, %before_whole#1, %before_whole#2, %rnn_whole#0, %rnn_whole#1, %plain_whole#1, %lstm_odd#0, %lstm_odd#1, %lstm_odd#2, %gru_odd#0, %gru_odd#1, %gru_odd#2, %before_odd#1, %before_odd#2, %rnn_odd#0, %rnn_odd#1, %plain_odd#1
      : tensor<4x16x128xf32>, tensor<16x32xf32>, tensor<16x32xf32>, tensor<4x16x96xf32>, tensor<4x16x96xf32>, tensor<16x32xf32>, tensor<4x16x96xf32>, tensor<16x32xf32>, tensor<4x16x32xf32>, tensor<16x32xf32>, tensor<16x32xf32>, tensor<5x3x28xf32>, tensor<3x7xf32>, tensor<3x7xf32>, tensor<5x3x21xf32>, tensor<5x3x21xf32>, tensor<3x7xf32>, tensor<5x3x21xf32>, tensor<3x7xf32>, tensor<5x3x7xf32>, tensor<3x7xf32>, tensor<3x7xf32>
}
