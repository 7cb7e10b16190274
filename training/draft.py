"""An ONNX graph while it is written, node by node.

Everything is double precision inside. Names are given, never drawn, so that the same model gives the same bytes.
"""

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
        kind = np.int64 if np.issubdtype(array.dtype, np.integer) else np.float64
        self.constants[name] = np.ascontiguousarray(array, dtype=kind)
        return name
