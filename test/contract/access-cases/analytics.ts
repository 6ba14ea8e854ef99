import { none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of what people look at all day. They take no id: they are about what the viewer may read. */
export const analyticsCases: AccessCases = {
  'Query.dashboard': { access: 'read', needs: 'read', variables: none },
};
