// Differences relative to the largest magnitude, so that cancelled elements do not count for more
// than they are.
#include "Comparison.h"

#include <cmath>
#include <cstdio>

using namespace dlc;
using namespace dlc::driver;

static std::string textOf(const Tensor &tensor) {
  return std::string(dtypeName(tensor.dtype())) + " " + shapeString(tensor.shape());
}

static std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.7g", value);
  return text;
}

Comparison driver::compareTensors(std::string name, const Tensor &actual, const Tensor &expected,
                                  const Tolerance &tolerance) {
  Comparison result;
  result.name = std::move(name);
  result.type = textOf(expected);
  if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape()) {
    result.problem = "expected " + textOf(expected) + ", found " + textOf(actual);
    return result;
  }
  int64_t count = expected.numElements();
  bool exact = !isFloat(expected.dtype());
  for (int64_t i = 0; i != count; ++i)
    if (double value = std::fabs(expected.asDouble(i)); std::isfinite(value))
      result.largestExpected = std::max(result.largestExpected, value);
  double allowed = exact ? 0 : tolerance.absolute + tolerance.relative * result.largestExpected;
  int64_t worst = -1;
  double worstDifference = allowed;
  for (int64_t i = 0; i != count; ++i) {
    double a = actual.asDouble(i), e = expected.asDouble(i);
    if (a == e || (std::isnan(a) && std::isnan(e)))
      continue;
    double difference = std::fabs(a - e);
    if (!std::isfinite(difference))
      difference = INFINITY;
    result.largestDifference = std::max(result.largestDifference, difference);
    if (difference > worstDifference) {
      worstDifference = difference;
      worst = i;
    }
  }
  if (worst >= 0)
    result.problem = "element " + std::to_string(worst) + ": expected " +
                     number(expected.asDouble(worst)) + ", found " +
                     number(actual.asDouble(worst)) + " (" + number(allowed) + " apart allowed)";
  return result;
}
