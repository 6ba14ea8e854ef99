import { byId, input } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of API keys. */
export const keyCases: AccessCases = {
  'Mutation.createApiKey': {
    access: 'write',
    needs: 'keys:write',
    variables: input(() => ({
      name: 'a key',
      scopes: ['READ'],
      allowedAddresses: ['203.0.113.0/24'],
      limits: [{ name: 'REQUESTS', max: 10, windowSeconds: 60 }],
    })),
  },
  'Mutation.updateApiKey': {
    access: 'write',
    needs: 'keys:write',
    variables: input(({ ids }) => ({ id: ids['ApiKey'], limits: [{ name: 'INFERENCE', max: 10, windowSeconds: 60 }] })),
  },
  'Mutation.rerollApiKey': { access: 'write', needs: 'keys:write', variables: input(byId('ApiKey')) },
  'Mutation.revokeApiKey': { access: 'write', needs: 'keys:write', variables: input(byId('ApiKey')) },
};
