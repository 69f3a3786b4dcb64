// States that a recurrence starts from may be parts of a tensor, as with ONNX's layout of batches first.
// REQUIRES: dlc
// RUN: dlc verify %s --random-inputs | FileCheck %s

// CHECK-DAG: ok {{ *}}rnn
// CHECK-DAG: ok {{ *}}lstm
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<3x3x16xf32> {dl.name = "x"}, %g: tensor<3x3x64xf32> {dl.name = "g"}, %r: tensor<16x16xf32> {dl.name = "r"}, %q: tensor<16x64xf32> {dl.name = "q"}, %h: tensor<3x2x16xf32> {dl.name = "h"})
      -> (tensor<3x3x16xf32> {dl.name = "rnn"}, tensor<3x3x16xf32> {dl.name = "lstm"}) {
    %p0 = dl.slice %h {starts = array<i64: 0, 0, 0>, sizes = array<i64: 3, 1, 16>, steps = array<i64: 1, 1, 1>} : (tensor<3x2x16xf32>) -> tensor<3x1x16xf32>
    %p1 = dl.slice %h {starts = array<i64: 0, 1, 0>, sizes = array<i64: 3, 1, 16>, steps = array<i64: 1, 1, 1>} : (tensor<3x2x16xf32>) -> tensor<3x1x16xf32>
    %s0 = dl.reshape %p0 {shape = array<i64: 3, 16>} : (tensor<3x1x16xf32>) -> tensor<3x16xf32>
    %s1 = dl.reshape %p1 {shape = array<i64: 3, 16>} : (tensor<3x1x16xf32>) -> tensor<3x16xf32>
    %y:2 = dl.simple_rnn %x recurrent %r hidden %s1 {reverse = true} : (tensor<3x3x16xf32>, tensor<16x16xf32>, tensor<3x16xf32>) -> (tensor<3x3x16xf32>, tensor<3x16xf32>)
    %z:5 = dl.lstm %g recurrent %q hidden %s0 cell %s1 : (tensor<3x3x64xf32>, tensor<16x64xf32>, tensor<3x16xf32>, tensor<3x16xf32>) -> (tensor<3x3x16xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x3x16xf32>, tensor<3x3x64xf32>)
    return %y#0, %z#0 : tensor<3x3x16xf32>, tensor<3x3x16xf32>
  }
}
