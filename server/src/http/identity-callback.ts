import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Services } from '../services.ts';
import { readForms } from './forms.ts';

type Deps = { providers: Pick<Services['providers'], 'answer'> };
type Params = { Params: { provider: string } };

/** Where issuers send people back to: by a link, or by a form, as Apple does. The browser goes on to the page that asked. */
export const registerIdentityCallback = ({ providers }: Deps) =>
  function register(app: FastifyInstance): void {
    const path = '/identity/callback/:provider';

    async function goOn(reply: FastifyReply, provider: string, parameters: URLSearchParams) {
      const target = await providers.answer(provider, parameters);
      // The address that was called holds an issuer's code: nobody keeps it, and no other site hears of it.
      void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      return reply.redirect(target, 303);
    }

    app.get<Params>(path, (request, reply) => {
      const { searchParams } = new URL(request.url, 'http://self.invalid');
      return goOn(reply, request.params.provider, searchParams);
    });

    void app.register(async (scope) => {
      readForms(scope);
      scope.post<Params>(path, (request, reply) => {
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
        return goOn(reply, request.params.provider, form);
      });
    });
  };
