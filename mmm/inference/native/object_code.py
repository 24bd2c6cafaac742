"""From LLVM's text of a module to object code for this processor, and to functions in memory."""

from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from mmm.inference.native.externals import link


@dataclass(frozen=True)
class ObjectCode:
    """Machine ``code``, and the names of the functions ``outside`` that it calls."""

    code: bytes
    outside: tuple[str, ...]


def compiled(module: ir.Module) -> ObjectCode:
    """Optimised object code of ``module``."""
    machine = _machine()
    parsed = llvm.parse_assembly(str(module))
    parsed.triple = machine.triple
    parsed.data_layout = str(machine.target_data)
    parsed.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = True
    tuning.slp_vectorization = True
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(parsed, passes)
    declared = [function.name for function in parsed.functions if function.is_declaration]
    outside = tuple(name for name in declared if not name.startswith("llvm."))
    return ObjectCode(machine.emit_object(parsed), outside)


@dataclass(frozen=True)
class Function:
    """A function in memory: its ``address``, valid as long as its ``owner`` lives."""

    address: int
    owner: Any


class Loaded:
    """Object code in memory."""

    def __init__(self, code: ObjectCode) -> None:
        link(code.outside)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code.code))
        self._engine.finalize_object()

    def function(self, name: str) -> Function:
        """The function called ``name``; raises ValueError where there is none."""
        address = self._engine.get_function_address(name)
        if not address:
            raise ValueError(f"no function {name}")
        return Function(address, self)


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )
