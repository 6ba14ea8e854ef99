import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SidecarError } from '../../errors.ts';
import type { ModelRegistry } from '../../models/served-model.ts';
import { isObject } from '../../oip/parse-json.ts';
import type { Callers } from '../callers.ts';

type Deps = { registry: ModelRegistry; callers: Callers };
type Params = { model: string };

/** The model repository extension: which models there are, and putting them in and out of memory. */
export function registerRepository(scope: FastifyInstance, { registry, callers }: Deps): void {
  const schema = { hide: true };

  scope.post(
    '/repository/index',
    { schema, onRequest: async (request) => void (await callers.requireAccess(request)) },
    async ({ body }) => {
      const { ready = false } = objectOf(body);
      if (typeof ready !== 'boolean') throw new SidecarError('INPUT_INVALID', 'ready: must be true or false.');
      return registry
        .index()
        .filter(({ state }) => !ready || state === 'READY')
        .map(({ name, version, state, reason }) => ({ name, ...(version && { version }), state, reason }));
    },
  );

  const onRequest = async (request: FastifyRequest) => callers.requireOperator(request);
  scope.post<{ Params: Params }>(
    '/repository/models/:model/load',
    { schema, onRequest },
    async ({ params: { model }, body }) => {
      const parameters = objectOf(objectOf(body)['parameters']);
      const { version } = parameters;
      if (version !== undefined && (typeof version !== 'string' || version === '')) {
        throw new SidecarError('INPUT_INVALID', 'parameters.version: must be a text such as "2".');
      }
      const unknown = Object.keys(parameters).find((name) => name !== 'version');
      if (unknown !== undefined) {
        throw new SidecarError(
          'INPUT_INVALID',
          `parameters: only version can be set; change config.json for the rest.`,
        );
      }
      await registry.load(model, { version });
      return { name: model, load: true };
    },
  );
  scope.post<{ Params: Params }>(
    '/repository/models/:model/unload',
    { schema, onRequest },
    async ({ params: { model } }) => {
      await registry.unload(model);
      return { name: model, unload: true };
    },
  );
}

function objectOf(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw new SidecarError('INPUT_INVALID', 'This is not a JSON object.');
}
