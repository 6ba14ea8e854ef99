import type { AccessCases } from '../access-case.ts';

/** Root fields of the edge. */
export const edgeCases: AccessCases = {};
