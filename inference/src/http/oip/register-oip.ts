import type { FastifyInstance } from 'fastify';
import { SidecarError } from '../../errors.ts';
import type { ModelRegistry } from '../../models/served-model.ts';
import { parseMessage } from '../../oip/parse-json.ts';
import type { Lend } from '../lend.ts';
import { registerModelDescriptions } from './describe-models.ts';
import { registerInfer } from './infer.ts';
import type { InferDeps } from './infer.ts';
import { answerOipError } from './oip-error.ts';
import { registerRepository } from './repository.ts';

type Deps = InferDeps & { registry: ModelRegistry; lend: Lend; version: string };

const name = 'sightline-inference';
const extensions = ['binary_tensor_data', 'model_repository', 'schedule_policy', 'statistics'];

/** What there is, to tell a wrong method from a wrong address. */
const posted = /^\/v2\/(models\/[^/]+(\/versions\/[^/]+)?\/infer|repository\/(index|models\/[^/]+\/(un)?load))$/;
const read = /^\/v2(\/?|\/health\/(live|ready)|\/models\/[^/]+(\/versions\/[^/]+)?(\/ready|\/stats)?)$/;

/** The Open Inference Protocol, version 2, with Triton's extensions named above. https://github.com/kserve/open-inference-protocol */
export function registerOip(app: FastifyInstance, deps: Deps): void {
  const { registry, version } = deps;

  app.register(
    async (scope) => {
      scope.setErrorHandler(answerOipError);
      scope.setNotFoundHandler((request, reply) => {
        const path = request.url.split('?')[0] ?? '';
        const method = posted.test(path) ? 'POST' : read.test(path) ? 'GET' : null;
        if (method !== null) {
          void reply.header('allow', method);
          throw new SidecarError('METHOD_NOT_ALLOWED', `Use ${method} here.`);
        }
        throw new SidecarError('NOT_FOUND', 'The protocol has nothing at this address.');
      });
      scope.removeAllContentTypeParsers();
      // Clients of the protocol often leave the type out.
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
        try {
          done(null, (body as Buffer).byteLength === 0 ? undefined : parseMessage(body as Buffer));
        } catch (error) {
          done(error as Error);
        }
      });

      const schema = { hide: true };
      const isReady = () => (registry.peek(registry.defaultName)?.engine.readyCount ?? 0) > 0;
      // With and without the last slash.
      scope.get('/', { schema }, () => ({ name, version, extensions }));
      scope.get('/health/live', { schema }, () => ({ live: true }));
      scope.get('/health/ready', { schema }, (_request, reply) =>
        reply.code(isReady() ? 200 : 503).send({ ready: isReady() }),
      );
      registerModelDescriptions(scope, deps);
      registerRepository(scope, deps);
      await scope.register(async (inner) => registerInfer(inner, deps));
    },
    { prefix: '/v2' },
  );
}
