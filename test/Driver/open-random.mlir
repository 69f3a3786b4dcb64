// Random inputs of a model of open sizes: 1 on the first axis, 128 on others, said on stderr; files and --dim say
// otherwise, for models and artifacts alike.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc run %s --random-inputs 2>&1 | FileCheck %s
// RUN: dlc verify %s 2>&1 | FileCheck %s --check-prefix=VERIFY
// RUN: dlc verify %s --dim batch=3 --dim length=17 2>&1 | FileCheck %s --check-prefix=GIVEN
// RUN: dlc compile %s --quiet -o %t/m.so
// RUN: dlc run %t/m.so --random-inputs --dim length=5 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: dlc run %t/m.so --random-inputs --quiet 2>&1 | count 0
// RUN: dlc run %t/m.so --random-inputs --dim batch=2 --dim length=5 --output %t/out --quiet
// RUN: dlc run %t/m.so --random-inputs --input a=%t/out/y.npy 2>&1 | FileCheck %s --check-prefix=BOUND
// RUN: dlc bench %t/m.so --batch 4 --seconds 0 2>&1 | FileCheck %s --check-prefix=BENCH
// RUN: dlc bench %s --dim length=3 --seconds 0 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not dlc run %t/m.so --random-inputs --dim width=5 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not dlc run %t/m.so --random-inputs --dim batch=none 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not dlc run %t/m.so --random-inputs --dim batch=1 --dim batch=2 2>&1 | FileCheck %s --check-prefix=TWICE

// CHECK: dlc: note: random inputs with batch=1, length=128; --dim NAME=N or --shape say otherwise
// CHECK: y: float32 1x128
// VERIFY: dlc: note: random inputs with batch=1, length=128;
// VERIFY: ok {{ *}}y: float32 1x128
// GIVEN-NOT: note
// GIVEN: ok {{ *}}y: float32 3x17
// ONE: note: random inputs with batch=1;
// ONE: y: float32 1x5
// BOUND-NOT: note
// BOUND: y: float32 2x5
// BENCH: note: random inputs with length=128;
// BENCH: min {{.*}} ms
// SMALL: note: random inputs with batch=1;
// NAME: --dim width=5: expected one of the open sizes batch, length
// NUMBER: --dim batch=none: expected NAME=N, a size such as batch=4
// TWICE: --dim batch=2: 'batch' is given twice
#in = affine_map<()[s0, s1] -> (s0, s1)>
module attributes {dl.model = "net", dl.symbols = ["batch", "length"]} {
  func.func @main(%a: tensor<?x?xf32, #in> {dl.name = "a"}, %b: tensor<?x?xf32, #in> {dl.name = "b"})
      -> (tensor<?x?xf32, #in> {dl.name = "y"}) {
    %0 = dl.add %a, %b : (tensor<?x?xf32, #in>, tensor<?x?xf32, #in>) -> tensor<?x?xf32, #in>
    return %0 : tensor<?x?xf32, #in>
  }
}
