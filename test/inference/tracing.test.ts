import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { twoBlobs } from './pictures.ts';
import { startSidecar } from './sidecar.ts';

const exporter = new InMemorySpanExporter();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const raw = { 'content-type': 'application/octet-stream', traceparent: `00-${traceId}-b7ad6b7169203331-01` };

before(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
after(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

test("a picture's stages are spans of one request, in the trace of whoever sent it", async () => {
  await using sidecar = await startSidecar();
  exporter.reset();
  const response = await sidecar.predict(await twoBlobs(), raw);
  const { requestId } = (await response.json()) as { requestId: string };
  while (!exporter.getFinishedSpans().some(({ name }) => name === 'POST /predict')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const spans = exporter.getFinishedSpans();
  const request = spans.find(({ name }) => name === 'POST /predict');
  assert.equal(request?.spanContext().traceId, traceId);
  assert.equal(request?.parentSpanContext?.spanId, 'b7ad6b7169203331');
  assert.equal(request?.attributes['sightline.request_id'], requestId);
  assert.equal(request?.attributes['http.response.status_code'], 200);
  const stages = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === request?.spanContext().spanId);
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['decode', 'queue', 'preprocess', 'model', 'postprocess'],
  );
  // One after the other, none before the request, and the last ends before it does.
  const at = ([seconds, nanoseconds]: [number, number]) => seconds * 1e9 + nanoseconds;
  const times = stages.flatMap(({ startTime, endTime }) => [at(startTime), at(endTime)]);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.ok(at(request!.startTime) <= times[0]! + 1e6);
  assert.ok(times.at(-1)! <= at(request!.endTime) + 1e6);
});
