import { input } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of sandboxes. Nobody's organization here is one: whoever may move clocks is told `SANDBOX_ONLY`. */
export const sandboxCases: AccessCases = {
  'Mutation.advanceClock': {
    access: 'write',
    needs: 'clock:write',
    elsewhere: ['AdvanceClockPayload'],
    variables: input(() => ({ by: 'P1D' })),
  },
};
