// LLVM's back end for host code: see HostObject.h.
#include "dlc/Codegen/Host/HostObject.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <memory>
#include <mutex>

using namespace dlc;
using namespace dlc::host;

void dlc::host::registerHostTranslation(mlir::DialectRegistry &registry) {
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

static Expected<std::unique_ptr<llvm::TargetMachine>> targetMachine(const HostTarget &target) {
  static std::once_flag initialized;
  std::call_once(initialized, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
  });
  llvm::Triple triple(target.triple.empty() ? llvm::sys::getDefaultTargetTriple() : target.triple);
  std::string problem;
  const llvm::Target *backEnd = llvm::TargetRegistry::lookupTarget(triple, problem);
  if (!backEnd)
    return unsupported("target " + triple.str() + ": " + problem);
  std::unique_ptr<llvm::TargetMachine> machine(backEnd->createTargetMachine(
      triple, target.cpu, target.features, llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt,
      llvm::CodeGenOptLevel::Default));
  if (!machine)
    return unsupported("target " + triple.str() + ": no code generator for it");
  return machine;
}

/// Host code is straight-line: inlining what asks for it and one round of clean-up is all it needs.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder passes(&machine);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(callGraph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::ModulePassManager pipeline;
  llvm::cantFail(passes.parsePassPipeline(
      pipeline, "always-inline,function(simplifycfg,early-cse),globaldce"));
  pipeline.run(module, modules);
}

namespace {

struct Translation {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> module;
};

} // namespace

static Expected<std::unique_ptr<Translation>> translate(mlir::ModuleOp source,
                                                        const HostTarget &target) {
  auto translation = std::make_unique<Translation>();
  Expected<std::unique_ptr<llvm::TargetMachine>> machine = targetMachine(target);
  if (!machine)
    return machine.error();
  translation->machine = std::move(*machine);
  translation->module = mlir::translateModuleToLLVMIR(source, translation->context,
                                                      source.getName().value_or("host"));
  if (!translation->module)
    return internalError("the host module has no LLVM IR; report this with the dump of phase host");
  translation->module->setTargetTriple(translation->machine->getTargetTriple());
  translation->module->setDataLayout(translation->machine->createDataLayout());
  optimize(*translation->module, *translation->machine);
  return translation;
}

Expected<std::string> dlc::host::emitHostLLVM(mlir::ModuleOp module, const HostTarget &target) {
  Expected<std::unique_ptr<Translation>> translation = translate(module, target);
  if (!translation)
    return translation.error();
  std::string text;
  llvm::raw_string_ostream out(text);
  (*translation)->module->print(out, nullptr);
  return text;
}

static Expected<std::string> emitFile(mlir::ModuleOp module, const HostTarget &target,
                                      llvm::CodeGenFileType type) {
  Expected<std::unique_ptr<Translation>> translation = translate(module, target);
  if (!translation)
    return translation.error();
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager passes;
  if ((*translation)->machine->addPassesToEmitFile(passes, out, nullptr, type))
    return internalError("LLVM cannot write this kind of file for the target");
  passes.run(*(*translation)->module);
  return std::string(bytes.begin(), bytes.end());
}

Expected<std::string> dlc::host::emitHostAssembly(mlir::ModuleOp module, const HostTarget &target) {
  return emitFile(module, target, llvm::CodeGenFileType::AssemblyFile);
}

Expected<std::string> dlc::host::emitHostObject(mlir::ModuleOp module, const HostTarget &target) {
  return emitFile(module, target, llvm::CodeGenFileType::ObjectFile);
}
