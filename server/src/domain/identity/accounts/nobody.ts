import type { Actor } from '../../audit/audit-log.ts';

/** Who acts when it is not known who does, or must not be told. */
export const nobody: Actor = { organizationId: null, userId: null, apiKeyId: null };
