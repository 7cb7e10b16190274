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


@dataclass(frozen=True, kw_only=True)
class Remade:
    """Names of what tells of m milder exams below n rows: the rows themselves, `rows` (n, 109); their number, `count`
    (1,); the row that each was made from, `row` (m, 1); and its place among all that there can be, `places` (m, 3):
    row, root and degree.
    """

    rows: str
    count: str
    row: str
    places: str


@dataclass(kw_only=True)
class Draft:
    """Nodes in the order in which they are computed, and the constants they use; `remade` if rows have been added."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    remade: Remade | None = None

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append a node; returns the name of its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def split(self, table: str, sizes: Sequence[int], outputs: Sequence[str], axis: int) -> list[str]:
        """Append a node that cuts a table into parts of these sizes along an axis; returns their names."""
        given = [table, self.constant(f"{table}_sizes", list(sizes))]
        self.nodes.append(helper.make_node("Split", given, list(outputs), axis=axis))
        return list(outputs)

    def drop_unread(self, table: str) -> None:
        """Take out a table that nothing reads, and all that was added for it alone: onnxruntime would work it out."""
        if any(table in node.input for node in self.nodes):
            return
        for node in [node for node in self.nodes if table in node.output]:
            if not any(output in other.input for other in self.nodes for output in node.output):
                self.nodes.remove(node)
                for given in node.input:
                    self.drop_unread(given)
        if table in self.constants:
            del self.constants[table]

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
    """Adds single steps to a draft; every method returns the name of its result. Constants are named after `prefix`.

    Tables hold the n rows of a batch along their last axis: onnxruntime hands out and repeats whole rows of a table
    many times faster than single numbers, and reads a constant matrix on the left without copying it first.
    """

    draft: Draft
    prefix: str

    def keep(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a constant."""
        return self.draft.constant(f"{self.prefix}_{name}", value)

    def gather(self, table: str, lines: Sequence[int] | npt.NDArray[np.int64], name: str) -> str:
        """Some lines of a table (k, n), in the order asked for."""
        return self.draft.add("Gather", [table, self.keep(f"{name}_at", np.asarray(lines))], name, axis=0)

    def join(self, tables: list[str], name: str) -> str:
        """Tables below each other."""
        return self.draft.add("Concat", tables, name, axis=0)

    def matmul(self, matrix: npt.NDArray[np.float64], table: str, name: str) -> str:
        """A matrix times a table."""
        return self.draft.add("MatMul", [self.keep(f"{name}_matrix", matrix), table], name)

    def exp(self, matrix: npt.NDArray[np.float64], table: str, name: str, shift: npt.ArrayLike | None = None) -> str:
        """The exponential of a matrix times a table (k, n), `shift` (k,) or one number added to it before."""
        if shift is None:
            return self.draft.add("Exp", [self.matmul(matrix, table, f"{name}_logs")], name)
        column = np.broadcast_to(np.asarray(shift, dtype=np.float64), len(matrix))[:, None]
        given = [self.keep(f"{name}_matrix", matrix), table, self.keep(f"{name}_shift", column)]
        return self.draft.add("Exp", [self.draft.add("Gemm", given, f"{name}_logs")], name)
