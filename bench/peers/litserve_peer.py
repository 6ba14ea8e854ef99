"""LitServe in front of onnxruntime: raw floats in, raw floats out, with its fast queue and, where it is told so, batches."""

import os
from typing import Annotated

import litserve
import numpy
from fastapi import Depends, Request, Response

from serving import end_with_parent, open_session, shape_of


async def read_body(request: Request) -> bytes:
    return await request.body()


class Api(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.session = open_session(os.environ["PEER_MODEL"])
        self.name = self.session.get_inputs()[0].name
        self.shape = shape_of(self.session)

    def decode_request(self, request: Annotated[bytes, Depends(read_body)]):
        return numpy.frombuffer(request, numpy.float32).reshape(self.shape)

    def predict(self, values):
        return self.session.run(None, {self.name: values})[0]

    def encode_response(self, output) -> Response:
        return Response(output.tobytes(), media_type="application/octet-stream")


class BatchingApi(Api):
    def batch(self, inputs):
        return numpy.concatenate(inputs)

    def unbatch(self, output):
        return list(output)


if __name__ == "__main__":
    end_with_parent()
    batch_size = int(os.environ["PEER_BATCH"])
    if batch_size > 1:
        api = BatchingApi(api_path="/infer", max_batch_size=batch_size, batch_timeout=0.001)
    else:
        api = Api(api_path="/infer")
    server = litserve.LitServer(
        api,
        accelerator="cpu",
        devices=1,
        workers_per_device=int(os.environ["PEER_ENGINES"]),
        fast_queue=True,
        timeout=60,
    )
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PEER_PORT"]),
        log_level="warning",
        generate_client_file=False,
        access_log=False,
    )
