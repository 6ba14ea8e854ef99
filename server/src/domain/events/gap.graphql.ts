import { builder } from '../../graphql/builder.ts';
import type { SeqGap } from './feed-cursor.ts';

export const GapType = builder.objectRef<SeqGap>('Gap').implement({
  description: 'Events that retention removed before they were read. Both numbers are inclusive.',
  fields: (t) => ({
    fromSeq: t.expose('fromSeq', { type: 'BigInt' }),
    toSeq: t.expose('toSeq', { type: 'BigInt' }),
  }),
});
