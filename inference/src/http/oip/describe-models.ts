import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SidecarError } from '../../errors.ts';
import type { TensorSpec } from '../../engine/tensors.ts';
import type { ModelRegistry, ServedModel } from '../../models/served-model.ts';
import { readyModels } from '../../models/registry/ready-models.ts';
import { datatypeOf } from '../../oip/datatypes.ts';
import type { Callers } from '../callers.ts';
import { hangUpSignal } from '../hang-up.ts';
import type { Lend } from '../lend.ts';

type Deps = { registry: ModelRegistry; lend: Lend; callers: Callers };
type Params = { model: string; version?: string };

/** What a model takes and gives, whether it is ready, and what it has done. */
export function registerModelDescriptions(scope: FastifyInstance, { registry, lend, callers }: Deps): void {
  const onRequest = async (request: FastifyRequest) => void (await callers.requireAccess(request));
  const schema = { hide: true };

  for (const url of ['/models/:model', '/models/:model/versions/:version']) {
    scope.get<{ Params: Params }>(url, { onRequest, schema }, async ({ params }, reply) => {
      const { model, version = null } = params;
      // What a network takes and gives is known once it is open.
      if (!registry.peek(model, version)) requireKnown(registry, params);
      using lent = await lend(model, version, hangUpSignal(reply));
      return describe(lent.model, readyVersions(registry, params.model));
    });

    scope.get<{ Params: Params }>(`${url}/ready`, { onRequest, schema }, async ({ params }, reply) => {
      const { model: name, version = null } = params;
      const isReady = (registry.peek(name, version)?.engine.readyCount ?? 0) > 0;
      if (!isReady) requireKnown(registry, params);
      return reply.code(isReady ? 200 : 503).send({ name, ready: isReady });
    });

    scope.get<{ Params: Params }>(`${url}/stats`, { onRequest, schema }, async ({ params }) => {
      requireKnown(registry, params);
      const { model: name, version } = params;
      const chosen = readyModels(registry).filter(
        (each) => each.name === name && (version === undefined || each.version === version),
      );
      return { model_stats: chosen.map(statisticsOf) };
    });
  }

  scope.get('/models/stats', { onRequest, schema }, async () => ({
    model_stats: readyModels(registry).map(statisticsOf),
  }));
}

/** Throws MODEL_NOT_INSTALLED for what no folder holds. */
function requireKnown(registry: ModelRegistry, { model: name, version }: Params): void {
  const statuses = registry.index().filter((status) => status.name === name);
  if (statuses.some((status) => version === undefined || status.version === version)) return;
  const what = statuses.length === 0 ? `no model '${name}'` : `no version ${version} of '${name}'`;
  throw new SidecarError('MODEL_NOT_INSTALLED', `There is ${what} here.`);
}

const readyVersions = (registry: ModelRegistry, name: string): string[] =>
  registry
    .index()
    .filter((status) => status.name === name && status.state === 'READY')
    .map(({ version }) => version);

function describe({ name, engine }: ServedModel, versions: string[]) {
  return {
    name,
    versions,
    platform: engine.placement.kind === 'remote' ? 'open_inference_protocol' : 'onnxruntime_onnx',
    inputs: engine.inputs.map(describeTensor),
    outputs: engine.outputs.map(describeTensor),
  };
}

const describeTensor = ({ name, type, dims }: TensorSpec) => ({
  name,
  datatype: datatypeOf(type),
  shape: dims.map((size) => size ?? -1),
});

/** Counts and nanoseconds since the version was loaded, whichever dialect asked. */
function statisticsOf({ name, version, engine }: ServedModel) {
  const { successCount, failureCount, executionCount, ...times } = engine.statistics;
  const duration = (count: number, ms: number) => ({ count, ns: Math.round(ms * 1e6) });
  const { queueMs, preprocessMs, modelMs, postprocessMs } = times;
  return {
    name,
    version,
    inference_count: successCount,
    execution_count: executionCount,
    inference_stats: {
      success: duration(successCount, queueMs + preprocessMs + modelMs + postprocessMs),
      fail: duration(failureCount, 0),
      queue: duration(successCount, queueMs),
      compute_input: duration(successCount, preprocessMs),
      compute_infer: duration(successCount, modelMs),
      compute_output: duration(successCount, postprocessMs),
    },
  };
}
