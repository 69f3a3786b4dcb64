// Compiles a kernel through its Halide emission, runs it in the process, and compares with the
// reference: with the sizes that it is written with, and with open ones.
#ifndef DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H
#define DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dlc::test {

/// Checks the one kernel of a function that is nothing but a kernel: `inputs` and `outputs` are
/// tensor types, `body` the kernel's ops on %0, %1, ... Floats may differ by `tolerance`, relative
/// to 1 or more. `schedule` is an attribute; empty: the analytic model's choice,
/// for the LLVM CPU `cpu` (this one where it is empty). Sizes of the
/// inputs are then left open (as many as can be at once, and all but those of the innermost axes),
/// and the one kernel is run at several; every tensor ends at an unmapped page.
void checkKernel(const std::vector<std::string> &inputs, const std::vector<std::string> &outputs,
                 const std::string &body, const std::string &yielded, double tolerance = 2e-6,
                 const std::string &schedule = "", const std::string &cpu = "");

/// The same for one op, text between "=" and ":".
void checkOp(const std::string &op, const std::vector<std::string> &inputs,
             const std::vector<std::string> &outputs, double tolerance = 2e-6,
             const std::string &schedule = "", const std::string &cpu = "");

} // namespace dlc::test

#endif // DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H
