"""An ONNX graph while it is written, node by node.

Everything is double precision inside. Names are given, never drawn, so that the same model gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, helper

OPSET, TREES_OPSET, IR_VERSION = 21, 5, 10


@dataclass(kw_only=True)
class Draft:
    """Nodes in the order in which they are computed, and the constants they use."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append a node; returns the name of its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a constant, whole numbers as positions and everything else in double precision; returns its name."""
        array = np.asarray(value)
        return self.exactly(name, array.astype(np.int64 if np.issubdtype(array.dtype, np.integer) else np.float64))

    def exactly(self, name: str, value: npt.NDArray[Any]) -> str:
        """Keep a constant in the type it has; returns its name."""
        self.constants[name] = np.ascontiguousarray(value)
        return name


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Adds single steps to a draft; every method returns the name of its result. Constants are named after `prefix`."""

    draft: Draft
    prefix: str

    def keep(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a constant."""
        return self.draft.constant(f"{self.prefix}_{name}", value)

    def gather(self, table: str, columns: Sequence[int] | npt.NDArray[np.int64], name: str) -> str:
        """Some columns of a table, in the order asked for."""
        return self.draft.add("Gather", [table, self.keep(f"{name}_at", np.asarray(columns))], name, axis=1)

    def matmul(self, table: str, matrix: npt.NDArray[np.float64], name: str) -> str:
        """A table times a matrix."""
        return self.draft.add("MatMul", [table, self.keep(f"{name}_matrix", matrix)], name)

    def times(self, table: str, factor: npt.ArrayLike, name: str) -> str:
        """A table times a factor that is known."""
        return self.draft.add("Mul", [table, self.keep(f"{name}_factor", factor)], name)

    def complement(self, table: str, name: str) -> str:
        """One less a table."""
        return self.draft.add("Sub", [self.keep("one", 1.0), table], name)

    def log(self, table: str, name: str) -> str:
        """The logarithm of a table; the smallest positive number stands for 0."""
        floor = self.draft.add("Max", [table, self.keep("tiny", np.finfo(np.float64).tiny)], f"{name}_of")
        return self.draft.add("Log", [floor], name)

    def join(self, tables: list[str], name: str) -> str:
        """Tables side by side."""
        return self.draft.add("Concat", tables, name, axis=1)

    def any(self, table: str, name: str) -> str:
        """The largest of each row: of zeros and ones, whether any is one."""
        return self.draft.add("ReduceMax", [table, self.keep("columns", np.array([1]))], name, keepdims=1)
