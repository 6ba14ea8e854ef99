import { byId, input } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of API keys. */
export const keyCases: AccessCases = {
  'Mutation.createApiKey': {
    access: 'write',
    needs: 'keys:write',
    variables: input(() => ({ name: 'a key', scopes: ['READ'] })),
  },
  'Mutation.revokeApiKey': { access: 'write', needs: 'keys:write', variables: input(byId('ApiKey')) },
};
