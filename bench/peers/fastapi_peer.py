"""FastAPI in front of onnxruntime, as one writes it for speed: raw floats in, raw floats out, a process an engine.

The network runs on the event loop of its process: handing it to a thread costs more than it gains where a process has
one thread to run it on.
"""

import os

import numpy
import uvicorn
from fastapi import FastAPI, Request, Response

from serving import end_with_parent, open_session, shape_of

app = FastAPI()


@app.on_event("startup")
def start() -> None:
    session = open_session(os.environ["PEER_MODEL"])
    app.state.session = session
    app.state.name = session.get_inputs()[0].name
    app.state.shape = shape_of(session)


@app.get("/health")
async def health() -> Response:
    return Response()


@app.post("/infer")
async def infer(request: Request) -> Response:
    state = app.state
    values = numpy.frombuffer(await request.body(), numpy.float32).reshape(state.shape)
    (answer,) = state.session.run(None, {state.name: values})
    return Response(answer.tobytes(), media_type="application/octet-stream")


if __name__ == "__main__":
    end_with_parent()
    uvicorn.run(
        "fastapi_peer:app",
        host="127.0.0.1",
        port=int(os.environ["PEER_PORT"]),
        workers=int(os.environ["PEER_ENGINES"]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
