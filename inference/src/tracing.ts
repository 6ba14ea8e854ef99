import { ProxyTracerProvider, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/*
 * Spans by the OpenTelemetry API alone: without an SDK in the process (`node --import …`) all of this does nothing and
 * costs next to nothing.
 */

const tracer = trace.getTracer('sightline-inference');

/** Milliseconds of the stages of one request, in the order in which they happen. */
const stages = ['decode', 'queue', 'preprocess', 'model', 'postprocess'] as const;
type StageTimings = Partial<Record<`${(typeof stages)[number]}Ms`, number>>;

/** One span for every request, joined to the trace of whoever called. */
export function registerTracing(app: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();

  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers } = request;
    const route = routeOptions.url ?? 'none';
    const caller = propagation.extract(context.active(), headers);
    const attributes = { 'http.request.method': method, 'http.route': route, 'sightline.request_id': request.id };
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller);
    if (!span.isRecording()) return done();
    spans.set(request, span);
    context.with(trace.setSpan(caller, span), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

/** Whether an SDK is there that takes spans. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('') !== undefined;
}

/** The stages that have just ended, as spans below the one under way. */
export function traceStages(timings: StageTimings, attributes: Record<string, string | number> = {}): void {
  if (!trace.getActiveSpan()?.isRecording()) return;
  const now = performance.timeOrigin + performance.now();
  let startTime = now - stages.reduce((sum, stage) => sum + (timings[`${stage}Ms`] ?? 0), 0);
  for (const stage of stages) {
    const ms = timings[`${stage}Ms`];
    if (ms === undefined) continue;
    tracer.startSpan(stage, { startTime, attributes }).end(startTime + ms);
    startTime += ms;
  }
}

/** Headers that let whoever is called next join this trace. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
