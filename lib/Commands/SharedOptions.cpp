// Definitions of the shared options and the conversion of their text.
#include "SharedOptions.h"

#include "OpenSizes.h"

#include "dlc/Driver/NumPyFile.h"

#include <charconv>
#include <filesystem>
#include <random>

using namespace dlc;
using namespace dlc::cli;

/// An option that may be repeated, one value each time.
static CLI::Option *addRepeated(CLI::App &verb, const std::string &name,
                                std::vector<std::string> &values, const std::string &description) {
  return verb.add_option(name, values, description)->type_size(1)->allow_extra_args(false);
}

void CompileFlags::add(CLI::App &verb) {
  const char *group = "Compilation";
  addRepeated(verb, "--shape", shapes,
              "Shape of an input; needed for dimensions that the model leaves open. NAME= may be "
              "left out where the model has one input. Repeatable")
      ->type_name("[NAME=]AxBxC")
      ->group(group);
  addRepeated(
      verb, "--constant", constants,
      "Makes an input a constant of the artifact, with the value of a .npy file. Repeatable")
      ->type_name("NAME=FILE")
      ->group(group);
  verb.add_option("--target", target, "What the kernels run on")
      ->capture_default_str()
      ->check(oneOf({"cpu", "opencl", "cuda", "vulkan"}))
      ->type_name("cpu|opencl|cuda|vulkan")
      ->group(group);
  verb.add_option("--cpu", cpu, "CPU to compile for, by LLVM's name; this machine's by default")
      ->type_name("NAME")
      ->group(group);
  verb.add_option("--precision", precision, "Number format of weights and activations")
      ->capture_default_str()
      ->check(oneOf({"f32", "bf16", "int8"}))
      ->type_name("f32|bf16|int8")
      ->group(group);
  verb.add_option("--dump-ir", dumpFolder, "Writes the IR after each phase into a folder")
      ->type_name("DIR")
      ->group(group);
  verb.add_option("-j,--jobs", jobs, "Threads that compile kernels; one a core by default")
      ->type_name("N")
      ->group(group);
  verb.add_flag("--no-cache", noCache,
                "Compiles every kernel anew; without it, kernels are kept in $DLC_CACHE_DIR")
      ->group(group);
}

Expected<std::pair<std::string, Shape>> cli::parseShape(const std::string &text) {
  size_t equals = text.rfind('=');
  std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
  std::string_view rest = text;
  rest.remove_prefix(equals == std::string::npos ? 0 : equals + 1);
  Shape shape;
  auto wrong = [&] {
    return usageError("--shape " + text +
                      ": expected NAME=AxBxC with numbers, such as x=1x3x224x224");
  };
  while (!rest.empty()) {
    int64_t dim = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), dim);
    auto length = static_cast<size_t>(end - rest.data());
    if (error != std::errc() || dim < 0)
      return wrong();
    shape.push_back(dim);
    rest.remove_prefix(length);
    if (rest.empty())
      break;
    if (rest.front() != 'x' || rest.size() == 1)
      return wrong();
    rest.remove_prefix(1);
  }
  // `NAME=` is a scalar; nothing at all is a mistake.
  if (shape.empty() && name.empty())
    return wrong();
  if (!elementCount(shape))
    return usageError("--shape " + text + ": the size overflows");
  return std::pair(name, shape);
}

static Error withOption(const std::string &option, const Error &error) {
  return {error.code, option + ": " + error.message};
}

Expected<CompileOptions> CompileFlags::options(Session &session) const {
  CompileOptions result;
  for (const std::string &text : shapes) {
    auto shape = parseShape(text);
    if (!shape)
      return shape.error();
    if (!result.shapes.insert(*shape).second)
      return usageError("--shape " + text + ": expected one shape an input, found two");
  }
  for (const std::string &text : constants) {
    size_t equals = text.find('=');
    if (equals == std::string::npos)
      return usageError("--constant " + text + ": expected NAME=FILE.npy");
    Expected<Tensor> value = readNpy(text.substr(equals + 1));
    if (!value)
      return withOption("--constant", value.error());
    result.constantInputs[text.substr(0, equals)] = *value;
  }
  static const std::map<std::string, Target> targets{{"cpu", Target::CPU},
                                                     {"opencl", Target::OpenCL},
                                                     {"cuda", Target::CUDA},
                                                     {"vulkan", Target::Vulkan}};
  static const std::map<std::string, NumberFormat> formats{
      {"f32", NumberFormat::F32}, {"bf16", NumberFormat::BF16}, {"int8", NumberFormat::INT8}};
  result.target = targets.at(target);
  result.precision = formats.at(precision);
  result.cpu = cpu;
  result.dumpFolder = dumpFolder;
  result.jobs = jobs;
  result.useCache = !noCache;
  result.progress = session.progress();
  result.warning = session.warning();
  return result;
}

void RunFlags::add(CLI::App &verb) {
  verb.add_option("--threads", threads, "Threads that share the work; every core by default")
      ->check(between(0, 4096))
      ->type_name("N");
  verb.add_option("--device", device,
                  "Number of the device, as dlc targets lists them; with a --target other than cpu")
      ->check(between(0, 255))
      ->type_name("N");
}

void ImageFlags::add(CLI::App &verb) {
  const char *group = "Images";
  std::string names;
  for (const std::string &name : imagePresetNames())
    names += (names.empty() ? "" : "|") + name;
  verb.add_option("--image", preset,
                  "How images become inputs: imagenet (resize, crop, normalise as torchvision), "
                  "ocr-rec and ocr-det (PP-OCR recognition and detection), unit (0 to 1), pm1 (-1 "
                  "to 1), raw (0 to 255)")
      ->capture_default_str()
      ->check(oneOf(imagePresetNames()))
      ->type_name(names)
      ->group(group);
  verb.add_option("--resize", resize,
                  "stretch to the input's size; crop the centre; pad right and below; pad-width "
                  "(to the height, then pad or squeeze); none")
      ->check(oneOf({"stretch", "crop", "pad", "pad-width", "none"}))
      ->type_name("stretch|crop|pad|pad-width|none")
      ->group(group);
  verb.add_option("--resize-filter", filter, "Interpolation; area is linear with antialiasing")
      ->check(oneOf({"nearest", "linear", "cubic", "area"}))
      ->type_name("nearest|linear|cubic|area")
      ->group(group);
  verb.add_option("--channels", channels, "Order of the colour channels")
      ->check(oneOf({"rgb", "bgr"}))
      ->type_name("rgb|bgr")
      ->group(group);
  verb.add_option("--layout", layout, "Where the input has its channels; auto looks for the 3 or 1")
      ->capture_default_str()
      ->check(oneOf({"auto", "nchw", "nhwc"}))
      ->type_name("auto|nchw|nhwc")
      ->group(group);
  scaleOption =
      verb.add_option("--scale", scale, "Factor of the pixel values")->type_name("X")->group(group);
  verb.add_option("--mean", mean, "Subtracted from the scaled values, a channel each")
      ->expected(3)
      ->delimiter(',')
      ->type_name("A,B,C")
      ->group(group);
  verb.add_option("--std", standardDeviation, "Divides the difference, a channel each")
      ->expected(3)
      ->delimiter(',')
      ->type_name("A,B,C")
      ->group(group);
}

Expected<ImageOptions> ImageFlags::options() const {
  using Resize = ImageOptions::Resize;
  static const std::map<std::string, Resize> resizes{{"stretch", Resize::Stretch},
                                                     {"crop", Resize::Crop},
                                                     {"pad", Resize::Pad},
                                                     {"pad-width", Resize::PadWidth},
                                                     {"none", Resize::None}};
  static const std::map<std::string, ResizeFilter> filters{{"nearest", ResizeFilter::Nearest},
                                                           {"linear", ResizeFilter::Linear},
                                                           {"cubic", ResizeFilter::Cubic},
                                                           {"area", ResizeFilter::Linear}};
  ImageOptions result = findImagePreset(preset).value_or(ImageOptions());
  if (!resize.empty())
    result.resize = resizes.at(resize);
  if (!filter.empty()) {
    result.filter = filters.at(filter);
    result.antialias = filter == "area";
  }
  if (!channels.empty())
    result.channels = channels == "bgr" ? ImageOptions::Channels::BGR : ImageOptions::Channels::RGB;
  if (layout != "auto")
    result.layout = layout == "nhwc" ? ImageOptions::Layout::NHWC : ImageOptions::Layout::NCHW;
  if (scaleOption->count())
    result.scale = scale;
  for (size_t channel = 0; channel != mean.size(); ++channel)
    result.mean[channel] = mean[channel];
  for (size_t channel = 0; channel != standardDeviation.size(); ++channel) {
    if (standardDeviation[channel] == 0)
      return usageError("--std: expected numbers other than zero");
    result.standardDeviation[channel] = standardDeviation[channel];
  }
  return result;
}

void InputFlags::add(CLI::App &verb) {
  addRepeated(verb, "-i,--input", files,
              "A value for an input: .npy, .pb (ONNX TensorProto), .png or .jpg. Without NAME= the "
              "inputs are filled in order. Repeatable")
      ->type_name("[NAME=]FILE");
  verb.add_flag("--random-inputs", random,
                "Random values for the inputs that no file is given for");
  addRepeated(verb, "--dim", sizes,
              "Value of a size that the model leaves open, for random inputs; without, the first "
              "axis of an input has 1 and others 128. Repeatable")
      ->type_name("NAME=N");
  verb.add_option("--seed", seed, "Seed of the random inputs")
      ->capture_default_str()
      ->type_name("N");
  image.add(verb);
}

static const InputSpec *findInput(const std::vector<InputSpec> &inputs, std::string_view name) {
  for (const InputSpec &input : inputs)
    if (input.name == name)
      return &input;
  return nullptr;
}

/// The input that `text` (`[NAME=]FILE`) is for, and the file.
static Expected<std::pair<const InputSpec *, std::string>>
matchFile(const std::string &text, const std::vector<InputSpec> &inputs,
          const std::map<std::string, Tensor> &taken) {
  // Names of inputs may hold any character, so each prefix before a `=` is tried.
  for (size_t equals = text.find('='); equals != std::string::npos;
       equals = text.find('=', equals + 1))
    if (const InputSpec *input = findInput(inputs, std::string_view(text).substr(0, equals)))
      return std::pair(input, text.substr(equals + 1));
  std::string names;
  for (const InputSpec &input : inputs)
    names += (names.empty() ? "" : ", ") + input.name;
  if (text.find('=') != std::string::npos && !std::filesystem::exists(text))
    return usageError("--input " + text + ": expected one of the inputs " + names);
  for (const InputSpec &input : inputs)
    if (!taken.contains(input.name))
      return std::pair(&input, text);
  return usageError("--input " + text + ": the model has only the inputs " + names);
}

static Expected<Tensor> makeRandom(const InputSpec &input, const Shape &shape,
                                   std::mt19937_64 &generator) {
  if (!elementCount(shape))
    return usageError("input '" + input.name + "': the size overflows");
  Tensor tensor(input.dtype, shape);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int64_t i = 0, end = tensor.numElements(); i != end; ++i)
    if (isFloat(input.dtype))
      tensor.setDouble(i, uniform(generator));
    else
      tensor.setInt(i, static_cast<int64_t>(generator() >> 63)); // small: it may be an index
  return tensor;
}

Expected<std::map<std::string, Tensor>>
InputFlags::read(const std::vector<InputSpec> &inputs, bool fillMissing, Terminal &terminal) const {
  Expected<ImageOptions> imageOptions = image.options();
  if (!imageOptions)
    return imageOptions.error();
  Expected<OpenSizes> open = OpenSizes::of(inputs, sizes);
  if (!open)
    return open.error();
  std::map<std::string, Tensor> values;
  for (const std::string &text : files) {
    auto match = matchFile(text, inputs, values);
    if (!match)
      return match.error();
    auto [input, path] = *match;
    Expected<onnx::ProtoValue> value = readInputFile(path, *input, *imageOptions);
    if (!value)
      return value.error();
    if (value->kind != onnx::ValueInfo::Kind::Tensor)
      return unsupported(path + ": input '" + input->name + "' is no tensor");
    if (!values.emplace(input->name, value->tensor.tensor).second)
      return usageError("--input " + text + ": input '" + input->name + "' is given twice");
    open->bind(*input, value->tensor.tensor.shape());
  }
  std::mt19937_64 generator(seed);
  for (const InputSpec &input : inputs) {
    if (values.contains(input.name))
      continue;
    if (!random && !fillMissing)
      return usageError("input '" + input.name +
                        "' has no value; give one with --input or use --random-inputs");
    Expected<Tensor> tensor = makeRandom(input, open->shapeOf(input), generator);
    if (!tensor)
      return tensor.error();
    values[input.name] = *tensor;
  }
  if (!open->chosen().empty())
    terminal.remark("random inputs with " + open->chosen() +
                    "; --dim NAME=N or --shape say otherwise");
  return values;
}
