// What code generators get wrong, those of devices above all, against the reference interpreter: negative integers, NaN,
// booleans, constants of f64, tensors that begin anywhere, integers made of floats.
// REQUIRES: dlc
// RUN: dlc verify %s --random-inputs --rtol 1e-6 --atol 0 | FileCheck %s
// RUN: dlc verify %s --cpu=haswell --random-inputs --rtol 1e-6 --atol 0 | FileCheck %s
// RUN: %if opencl %{ dlc verify %s --target=opencl --random-inputs --rtol 1e-6 --atol 0 | FileCheck %s %}
// RUN: %if vulkan %{ dlc verify %s --target=vulkan --random-inputs --rtol 1e-6 --atol 0 | FileCheck %s %}

// CHECK-COUNT-17: {{^}}ok 
module attributes {dl.model = "forms"} {
  func.func @main(%x: tensor<3x17xf32> {dl.name = "x"}, %d: tensor<5x7xf64> {dl.name = "d"}, %m: tensor<1x13x7x9xf32> {dl.name = "m"})
      -> (tensor<3x17xi32> {dl.name = "quotients"}, tensor<3x17xi32> {dl.name = "remainders"}, tensor<3x17xi32> {dl.name = "floored"}, tensor<3x17xi64> {dl.name = "wide"},
          tensor<3x17xi8> {dl.name = "narrow"}, tensor<3x17xf32> {dl.name = "largest"}, tensor<3x17xf32> {dl.name = "smallest"}, tensor<3x17xf32> {dl.name = "bounded"}, tensor<3x17xi1> {dl.name = "unequal"},
          tensor<3x17xi1> {dl.name = "same"}, tensor<3x17xi1> {dl.name = "flags"}, tensor<3x17xf32> {dl.name = "counts"}, tensor<5x7xf64> {dl.name = "tenths"}, tensor<3x17xf32> {dl.name = "powers"},
          tensor<1x13x7x13xf32> {dl.name = "parts"}, tensor<1x15x9x9xf32> {dl.name = "padded"}, tensor<3x17xi32> {dl.name = "shifted"}) {
    %half = dl.constant dense<0.5> : tensor<f32>
    %hundred = dl.constant dense<100.0> : tensor<f32>
    %c = dl.sub %x, %half : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
    %s = dl.mul %c, %hundred : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
    // Integers of both signs, by constants and by integers.
    %i = dl.cast %s {to = i32} : (tensor<3x17xf32>) -> tensor<3x17xi32>
    %seven = dl.constant dense<7> : tensor<i32>
    %eight = dl.constant dense<-8> : tensor<i32>
    %j = dl.mod %i, %seven : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %k = dl.add %j, %eight : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %q7 = dl.div %i, %seven : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %qk = dl.div %i, %k : (tensor<3x17xi32>, tensor<3x17xi32>) -> tensor<3x17xi32>
    %quotients = dl.bitwise_xor %q7, %qk : (tensor<3x17xi32>, tensor<3x17xi32>) -> tensor<3x17xi32>
    %r7 = dl.mod %i, %seven {fmod = true} : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %rk = dl.mod %i, %k {fmod = true} : (tensor<3x17xi32>, tensor<3x17xi32>) -> tensor<3x17xi32>
    %remainders = dl.sub %r7, %rk : (tensor<3x17xi32>, tensor<3x17xi32>) -> tensor<3x17xi32>
    %floored = dl.mod %i, %eight : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %two = dl.constant dense<2> : tensor<i32>
    %shifted = dl.shift_right %i, %two : (tensor<3x17xi32>, tensor<i32>) -> tensor<3x17xi32>
    %wide0 = dl.cast %i {to = i64} : (tensor<3x17xi32>) -> tensor<3x17xi64>
    %billion = dl.constant dense<-4000000007> : tensor<i64>
    %wide = dl.mul %wide0, %billion : (tensor<3x17xi64>, tensor<i64>) -> tensor<3x17xi64>
    %narrow0 = dl.cast %i {to = i8} : (tensor<3x17xi32>) -> tensor<3x17xi8>
    %narrow = dl.abs %narrow0 : (tensor<3x17xi8>) -> tensor<3x17xi8>
    // NaN in every third place.
    %nan = dl.constant dense<[0x7FC00000, 1.0, -1.0, 0x7FC00000, 1.0, -1.0, 0x7FC00000, 1.0, -1.0, 0x7FC00000, 1.0, -1.0, 0x7FC00000, 1.0, -1.0, 0x7FC00000, 0x7F800000]> : tensor<17xf32>
    %largest = dl.max %c, %nan : (tensor<3x17xf32>, tensor<17xf32>) -> tensor<3x17xf32>
    %smallest = dl.min %nan, %c : (tensor<17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
    %n = dl.mul %c, %nan : (tensor<3x17xf32>, tensor<17xf32>) -> tensor<3x17xf32>
    %bounded = dl.clip %n {minimum = -0.25 : f64, maximum = 0.25 : f64} : (tensor<3x17xf32>) -> tensor<3x17xf32>
    // Booleans.
    %same = dl.equal %n, %n : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xi1>
    %unequal = dl.not %same : (tensor<3x17xi1>) -> tensor<3x17xi1>
    %below = dl.less %c, %half : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xi1>
    %nonzero = dl.cast %j {to = i1} : (tensor<3x17xi32>) -> tensor<3x17xi1>
    %agree = dl.equal %same, %nonzero : (tensor<3x17xi1>, tensor<3x17xi1>) -> tensor<3x17xi1>
    %flags = dl.xor %agree, %below : (tensor<3x17xi1>, tensor<3x17xi1>) -> tensor<3x17xi1>
    %counts = dl.cast %flags {to = f32} : (tensor<3x17xi1>) -> tensor<3x17xf32>
    // A constant of f64 that is rounded differs in the eighth place.
    %tenth = dl.constant dense<0.1> : tensor<f64>
    %float = dl.constant dense<0.100000001490116119384765625> : tensor<f64>
    %t0 = dl.mul %d, %tenth : (tensor<5x7xf64>, tensor<f64>) -> tensor<5x7xf64>
    %t1 = dl.mul %d, %float : (tensor<5x7xf64>, tensor<f64>) -> tensor<5x7xf64>
    %tenths = dl.sub %t1, %t0 : (tensor<5x7xf64>, tensor<5x7xf64>) -> tensor<5x7xf64>
    %jf = dl.cast %k {to = f32} : (tensor<3x17xi32>) -> tensor<3x17xf32>
    %powers = dl.pow %c, %jf : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
    // Parts of tensors, at channels 0, 4 and 5 of 13; a border whose places are negative.
    %l = dl.slice %m {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 13, 7, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x4xf32>
    %h = dl.slice %m {starts = array<i64: 0, 0, 0, 5>, sizes = array<i64: 1, 13, 7, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x4xf32>
    %e = dl.abs %l : (tensor<1x13x7x4xf32>) -> tensor<1x13x7x4xf32>
    %f = dl.max_pool %m {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x9xf32>
    %g = dl.slice %f {starts = array<i64: 0, 0, 0, 3>, sizes = array<i64: 1, 13, 7, 5>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x5xf32>
    %parts = dl.concat %e, %g, %h {axis = 3 : i64} : (tensor<1x13x7x4xf32>, tensor<1x13x7x5xf32>, tensor<1x13x7x4xf32>) -> tensor<1x13x7x13xf32>
    %padded = dl.pad %m, %half {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x13x7x9xf32>, tensor<f32>) -> tensor<1x15x9x9xf32>
    return %quotients, %remainders, %floored, %wide, %narrow, %largest, %smallest, %bounded, %unequal, %same, %flags, %counts, %tenths, %powers, %parts, %padded, %shifted : tensor<3x17xi32>, tensor<3x17xi32>, tensor<3x17xi32>, tensor<3x17xi64>, tensor<3x17xi8>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xi1>, tensor<3x17xi1>, tensor<3x17xi1>, tensor<3x17xf32>, tensor<5x7xf64>, tensor<3x17xf32>, tensor<1x13x7x13xf32>, tensor<1x15x9x9xf32>, tensor<3x17xi32>
  }
}
