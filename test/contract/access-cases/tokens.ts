import type { AccessCases } from '../access-case.ts';

/** Root fields of tokens, devices and sign-in sessions. */
export const tokenCases: AccessCases = {};
