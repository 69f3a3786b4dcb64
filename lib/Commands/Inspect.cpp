// `dlc inspect`.
#include "SharedOptions.h"

#include "dlc/Runtime/ABI.h"

#include <algorithm>

using namespace dlc;
using namespace dlc::cli;

static Json toJson(const TensorDescription &tensor, const std::vector<std::string> &symbols) {
  return {{"name", tensor.name}, {"type", typeString(tensor, symbols)}};
}

/// Whether the report's sums say anything.
static bool isCostKnown(const InspectReport &report) {
  return std::ranges::all_of(report.layers, &LayerReport::isCostKnown);
}

/// `value`, or null where it is not known.
static Json numberIf(bool known, double value) { return known ? Json(value) : Json(); }

static Json toJson(const InspectReport &report) {
  Json layers = Json::array();
  for (const LayerReport &layer : report.layers)
    layers.push_back({{"name", layer.name},
                      {"kind", layer.kind},
                      {"type", layer.type},
                      {"parameters", layer.parameters},
                      {"flops", numberIf(layer.isCostKnown, layer.flops)},
                      {"bytes", numberIf(layer.isCostKnown, layer.bytes)}});
  Json buffers = Json::array();
  for (const BufferReport &buffer : report.buffers) {
    buffers.push_back({{"value", buffer.value},
                       {"bytes", buffer.bytes},
                       {"offset", buffer.offset},
                       {"first_kernel", buffer.firstKernel},
                       {"last_kernel", buffer.lastKernel}});
    if (!buffer.size.empty())
      buffers.back().update({{"size", buffer.size}, {"place", buffer.place}});
  }
  Json inputs = Json::array(), outputs = Json::array();
  for (const TensorDescription &input : report.inputs)
    inputs.push_back(toJson(input, report.symbols));
  for (const TensorDescription &output : report.outputs)
    outputs.push_back(toJson(output, report.symbols));
  return {{"name", report.name},
          {"inputs", inputs},
          {"outputs", outputs},
          {"likely_sizes", report.likely},
          {"parameters", report.parameters},
          {"flops", numberIf(isCostKnown(report), report.flops)},
          {"weight_bytes", report.weightBytes},
          {"arena_bytes", report.arenaBytes},
          {"arena_lower_bound", report.arenaLowerBound},
          {"arena", buffers},
          {"layers", layers}};
}

static void printReport(const InspectReport &report, Terminal &terminal) {
  TextTable table({"layer", "kind", "output", "parameters", "FLOPs", "bytes"});
  table.alignLeft(1);
  table.alignLeft(2);
  for (const LayerReport &layer : report.layers)
    table.add({layer.name, layer.kind, layer.type, std::to_string(layer.parameters),
               layer.isCostKnown ? formatFlops(layer.flops) : "-",
               layer.isCostKnown ? formatBytes(layer.bytes) : "-"});
  terminal.print(table.text());
  terminal.print("");
  for (const TensorDescription &input : report.inputs)
    terminal.print("input    " + input.name + ": " + typeString(input, report.symbols));
  for (const TensorDescription &output : report.outputs)
    terminal.print("output   " + output.name + ": " + typeString(output, report.symbols));
  // An artifact knows its constants only as bytes.
  terminal.print("weights  " +
                 (report.parameters != 0 ? std::to_string(report.parameters) + " parameters, "
                                         : std::string()) +
                 formatBytes(static_cast<double>(report.weightBytes)));
  if (!report.likely.empty())
    terminal.print("sizes    " + report.likely + " in the figures here");
  terminal.print("compute  " + (isCostKnown(report) ? formatFlops(report.flops)
                                                    : "depends on the sizes of the call"));
  if (report.arenaBytes != 0)
    terminal.print("memory   " + formatBytes(static_cast<double>(report.arenaBytes)) +
                   " of scratch memory a run" +
                   (report.buffers.empty()
                        ? std::string()
                        : " (at least " + formatBytes(static_cast<double>(report.arenaLowerBound)) +
                              " are in use at once)"));
}

/// The same where sizes are open: what is computed at the call.
static void printFormulas(const InspectReport &report, Terminal &terminal) {
  TextTable table({"row", "value", "bytes", "offset", "first kernel", "last kernel"});
  table.alignLeft(1);
  table.alignLeft(2);
  table.alignLeft(3);
  for (size_t row = 0; row != report.buffers.size(); ++row) {
    const BufferReport &buffer = report.buffers[row];
    table.add({std::to_string(row), buffer.value, buffer.size, buffer.place,
               std::to_string(buffer.firstKernel), std::to_string(buffer.lastKernel)});
  }
  terminal.print("");
  terminal.print(table.text());
  terminal.print(
      "An offset is 0, or the largest end of the rows that it is behind, rounded up to " +
      std::to_string(DLCRT_ARENA_ALIGNMENT) + " bytes.");
}

/// Which result lies where in scratch memory, and while which kernels run.
static void printPlan(const InspectReport &report, Terminal &terminal) {
  if (!report.likely.empty())
    return printFormulas(report, terminal);
  TextTable table({"value", "bytes", "offset", "first kernel", "last kernel"});
  for (const BufferReport &buffer : report.buffers)
    table.add({buffer.value, std::to_string(buffer.bytes), std::to_string(buffer.offset),
               std::to_string(buffer.firstKernel), std::to_string(buffer.lastKernel)});
  terminal.print("");
  terminal.print(table.text());
}

static ExitCode runInspect(const std::string &model, bool plan, const CompileFlags &flags,
                           Session &session) {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return session.fail(options.error());
  Expected<InspectReport> report = inspectModel(model, *options);
  if (!report)
    return session.fail(report.error());
  if (session.json)
    session.printJson(toJson(*report));
  else
    printReport(*report, session.terminal);
  if (plan && !session.json)
    printPlan(*report, session.terminal);
  return ExitCode::Ok;
}

void cli::addInspectCommand(CLI::App &app, Session &session) {
  struct InspectVerb {
    std::string model;
    bool plan = false;
    CompileFlags flags;
  };
  auto verb = std::make_shared<InspectVerb>();
  CLI::App *command =
      addVerb(app, session, "inspect",
              "Prints a model's layers with their shapes, parameters, FLOPs and memory",
              "dlc inspect model.onnx --shape x=1x3x224x224\ndlc inspect model.onnx --json\n"
              "dlc inspect model.onnx --plan");
  command
      ->add_option("MODEL", verb->model,
                   "An .onnx or .keras file, an .mlir dump of a phase, or an artifact (.so)")
      ->required();
  command->add_flag("--plan", verb->plan, "Also print where each result lies in scratch memory");
  verb->flags.add(*command);
  command->callback([verb, &session] {
    session.action = [verb, &session] {
      return runInspect(verb->model, verb->plan, verb->flags, session);
    };
  });
}
