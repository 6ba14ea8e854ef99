import type { AccessCases } from '../access-case.ts';

/** Root fields of the audit log, privacy and secrets. */
export const complianceCases: AccessCases = {};
