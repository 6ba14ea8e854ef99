import type { AccessCases } from '../access-case.ts';

/** Root fields of signing up and in, and what people change about themselves. */
export const accountCases: AccessCases = {};
