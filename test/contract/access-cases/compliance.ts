import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of the audit log, privacy and secrets. */
export const complianceCases: AccessCases = {
  'Query.auditLog': { access: 'write', needs: 'audit:read', variables: none },
  'Mutation.exportAuditLog': { access: 'write', needs: 'audit:read', variables: input(() => ({ format: 'NDJSON' })) },
  'Mutation.setRetention': {
    access: 'write',
    needs: 'organization:write',
    variables: input(() => ({ snapshotDays: 8 })),
  },
  'Mutation.recordConsent': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: input(() => ({ document: 'terms', version: '1', granted: true })),
  },
  'Mutation.requestExport': { access: 'read', needs: 'signedIn', onlyPeople: true, variables: none },
  // Whoever asks types their own address; the victim's is not it.
  'Mutation.eraseMe': {
    access: 'read',
    needs: 'signedIn',
    consumes: true,
    onlyPeople: true,
    variables: input(({ email }) => ({ email })),
  },
  'Mutation.setSourceCredential': {
    access: 'write',
    needs: 'sources:write',
    variables: input(({ ids }) => ({
      sourceId: ids['Source'],
      credential: { username: 'camera', password: 'a password of a camera' },
    })),
  },
};
