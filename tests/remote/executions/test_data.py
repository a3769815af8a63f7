"""Inputs and outputs: read when they are looked at, once, and from wherever they are."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl.admin.execution_pb2 import WorkflowExecutionGetDataResponse
from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.errors import ExecutionError, FlyteAssertion, NotDoneError, ReconcilerError
from reconciler.remote import FlyteWorkflowExecution, LiteralsResolver
from reconciler.sandbox import Refusal
from tests.remote.executions.conftest import Running
from tests.sandbox.executions.conftest import integer, text


@pytest.fixture
def launched(running: Running, name: str) -> FlyteWorkflowExecution:
    """An execution that runs."""
    execution = running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    running.world.phase("RUNNING", name=name)
    running.calls.clear()
    return execution


def succeed(running: Running, execution: FlyteWorkflowExecution, **outputs: Any) -> None:
    running.world.phase("SUCCEEDED", 5, name=execution.id.name, output_data={"literals": outputs})
    execution.sync()
    running.calls.clear()


def test_outputs_are_there_at_the_end(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Before it there is an error, which flytekit's name catches as well."""
    with pytest.raises(NotDoneError, match="is UNDEFINED: it has no outputs yet"):
        _ = launched.outputs
    with pytest.raises(FlyteAssertion):
        _ = launched.error

    assert launched.inputs["x"] == 3
    succeed(running, launched, o0=integer(7), o1=text("a"))

    assert launched.outputs.get("o0") == 7
    assert launched.outputs.get("o0", as_type=float) == 7.0
    assert launched.outputs["o1"] == "a"
    assert list(launched.outputs) == ["o0", "o1"]
    assert dict(launched.outputs) == {"o0": 7, "o1": "a"}
    assert launched.outputs.literals["o0"].scalar.primitive.integer == 7
    assert launched.error is None
    # Once more than for the inputs, which were read when there were no outputs yet.
    assert running.asked() == {"GetExecutionData": 1}


def test_another_type_may_be_asked_for_later(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """What was converted once is not what is given for ever."""
    succeed(running, launched, o0=integer(7))

    values = [launched.outputs.get("o0"), launched.outputs.get("o0", float)]
    assert [type(value) for value in values] == [int, float]
    with pytest.raises(ExecutionError, match=r"outputs of execution .*: o0: wanted str"):
        launched.outputs.get("o0", str)


def test_failure_says_why_there_are_no_outputs(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """With the error's message; that of an abort is its cause."""
    error = {"code": "USER:x", "message": "out of luck"}
    running.world.phase("FAILED", 5, name=launched.id.name, error=error)
    launched.sync()

    assert launched.is_done
    assert not launched.is_successful
    assert launched.error is not None
    assert launched.error.message == "out of luck"
    with pytest.raises(NotDoneError, match="has no outputs: FAILED: out of luck"):
        _ = launched.outputs


def test_unknown_names_are_answered_with_the_nearest(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """As whichever error the caller is used to."""
    succeed(running, launched, rows=integer(7))

    for kind in (KeyError, AttributeError, ValueError, ExecutionError):
        with pytest.raises(kind) as caught:
            launched.outputs.get("row")
        assert "no row (did you mean rows?); there are: rows" in str(caught.value)
    assert "row" not in launched.outputs
    assert "rows" in launched.outputs


def test_nodes_and_attempts_have_data_as_well(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """Read one by one, when they are looked at, with their flyte:// URLs."""
    from tests.remote.executions.test_syncing import attempt, node

    name = launched.id.name
    data: dict[str, Any] = {"output_data": {"literals": {"o0": integer(5)}}}
    node(running, name, "n0", "RUNNING", input_data={"literals": {"x": integer(4)}})
    running.world.node_phase("SUCCEEDED", 3, node="n0", name=name, **data)
    attempt(running, name, "n0", **data, input_data={"literals": {"x": integer(4)}})
    launched.sync(sync_nodes=True)
    running.asked()

    found = launched.node_executions["n0"]
    assert (found.inputs["x"], found.outputs["o0"]) == (4, 5)
    assert found.data.flyte_urls.outputs.startswith("flyte://v1/flytesnacks/development/")
    first = found.task_executions[0]
    assert (first.inputs["x"], first.outputs["o0"]) == (4, 5)
    assert running.asked() == {"GetNodeExecutionData": 1, "GetTaskExecutionData": 1}
    assert found.interface.inputs.variables["x"].type.simple == 1


@pytest.fixture
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Something that serves signed URLs."""
    held: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = held.get(self.path.partition("?")[0].removeprefix("/"))
            self.send_response(200 if content is not None else 403)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", held
    server.shutdown()
    thread.join()
    server.server_close()


def answer_with_urls(running: Running, base: str) -> None:
    """Let Admin answer as one that gives signed URLs instead of maps."""

    def swap(method: str, answer: bytes) -> bytes:
        if method != "GetExecutionData":
            return answer
        given = WorkflowExecutionGetDataResponse()
        given.inputs.url = f"{base}/inputs?sig=secret"
        given.outputs.url = f"{base}/outputs?sig=secret"
        return bytes(given.SerializeToString())

    running.on_answer = swap


def test_signed_urls_are_read_where_there_are_no_maps(
    running: Running, launched: FlyteWorkflowExecution, store: tuple[str, dict[str, bytes]]
) -> None:
    """Older Admins give these alone, and newer ones for what is large."""
    base, held = store
    value = Literal()
    value.scalar.primitive.integer = 9
    held["inputs"] = held["outputs"] = LiteralMap(literals={"o0": value}).SerializeToString()
    succeed(running, launched)
    answer_with_urls(running, base)

    assert launched.inputs["o0"] == 9
    assert launched.outputs["o0"] == 9


@pytest.mark.parametrize(("content", "message"), [(b"\xff", "no map"), (None, "HTTP 403")])
def test_url_that_holds_nothing_is_told_without_its_signature(
    running: Running,
    launched: FlyteWorkflowExecution,
    store: tuple[str, dict[str, bytes]],
    content: bytes | None,
    message: str,
) -> None:
    """The query is a credential."""
    base, held = store
    if content is not None:
        held["inputs"] = content
    answer_with_urls(running, base)

    with pytest.raises(ReconcilerError, match=message) as caught:
        launched.inputs.get("x")
    assert "secret" not in str(caught.value)


def test_failed_read_is_tried_again(running: Running, launched: FlyteWorkflowExecution) -> None:
    """What could not be had is not taken for empty."""

    def refuse(method: str, answer: bytes) -> bytes:
        raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "not yet")

    running.on_answer = refuse
    with pytest.raises(grpc.RpcError):
        launched.inputs.get("x")

    running.on_answer = lambda method, answer: answer
    assert launched.inputs["x"] == 3


def test_resolver_stands_alone() -> None:
    """Of literals at hand, with the types that are wanted."""
    value = Literal()
    value.scalar.primitive.float_value = 3
    resolver = LiteralsResolver({"a": value, "b": value}, type_hints={"a": int})

    assert resolver["a"] == 3
    assert type(resolver["a"]) is int
    assert type(resolver["b"]) is float
    resolver.update_type_hints({"b": int})
    assert type(resolver["b"]) is int
    assert repr(resolver) == "<values: a, b>"
    with pytest.raises(ExecutionError, match="no connection to download with"):
        resolver.download(Path("out"))


def test_outputs_unpack_as_the_function_returned_them() -> None:
    """By a Python interface: none, one, or several in order."""

    class Interface:
        def __init__(self, **outputs: Any) -> None:
            self.outputs = outputs

    value = Literal()
    value.scalar.primitive.integer = 3
    resolver = LiteralsResolver({"o0": value, "o1": value})

    assert resolver.as_python_native(Interface(o1=float, o0=int)) == (3.0, 3)
    assert resolver.as_python_native(Interface(o0=int)) == 3
    assert resolver.as_python_native(Interface()) is None


def test_a_notebook_shows_state_and_link(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """And what went wrong, escaped."""
    running.world.phase("FAILED", 5, name=launched.id.name, error={"message": "<b>no</b>"})
    launched.sync()

    html = launched._repr_html_()
    assert "execution FAILED" in html
    assert launched.execution_url in html
    assert "&lt;b&gt;no" in html
