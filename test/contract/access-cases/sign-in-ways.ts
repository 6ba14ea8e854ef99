import type { AccessCases } from '../access-case.ts';

/** Root fields of identity providers and second factors. */
export const signInWayCases: AccessCases = {};
