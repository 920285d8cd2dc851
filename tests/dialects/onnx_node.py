"""One ONNX node, run by onnxruntime: inputs, then attributes."""

import numpy as np

QUANTISED = ("x_scale", "x_zero_point", "w_scale", "w_zero_point", "y_scale", "y_zero_point")


def runner(onnx, runtime, name):
    """Return a function of input, kernel and arguments that runs the operator."""
    options = runtime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1

    def run(x, k, **arguments):
        attributes = {key: value for key, value in arguments.items() if key not in QUANTISED and value is not None}
        model = single_node(onnx, name, inputs(name, x, k, arguments), attributes)
        session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, dict(zip("abcdefgh", inputs(name, x, k, arguments), strict=False)))[0]

    return run


def inputs(name, x, k, arguments):
    def given(key, dtype):
        return np.array(arguments.get(key, 1 if key.endswith("scale") else 0), dtype)

    x, k = np.ascontiguousarray(x), np.ascontiguousarray(k)
    if name == "ConvInteger":
        return [x, k, given("x_zero_point", x.dtype), given("w_zero_point", k.dtype)]
    if name == "QLinearConv":
        zeros = [
            given("x_scale", "float32"),
            given("x_zero_point", x.dtype),
            k,
            given("w_scale", "float32"),
            given("w_zero_point", k.dtype),
        ]
        return [x, *zeros, given("y_scale", "float32"), given("y_zero_point", x.dtype)]
    return [x, k]


def single_node(onnx, name, arrays, attributes):
    helper = onnx.helper
    letters = list("abcdefgh"[: len(arrays)])
    node = helper.make_node(name, letters, ["y"], **attributes)
    infos = [
        helper.make_tensor_value_info(letter, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for letter, array in zip(letters, arrays, strict=True)
    ]
    graph = helper.make_graph([node], "g", infos, [helper.make_empty_tensor_value_info("y")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
