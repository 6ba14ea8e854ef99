import type { AccessCases } from '../access-case.ts';

/** Root fields of members, teams and roles. */
export const organizationCases: AccessCases = {};
