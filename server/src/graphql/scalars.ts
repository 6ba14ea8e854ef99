import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'A moment, as ISO 8601 text with milliseconds in UTC: `2026-01-31T09:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : undefined;
    if (!date || Number.isNaN(date.getTime())) throw new GraphQLError('A DateTime is ISO 8601 text with a time zone.');
    return date;
  },
});

builder.scalarType('BigInt', {
  description: 'A whole number from −(2^53−1) to 2^53−1, as a JSON number.',
  serialize: (value) => Number(value),
  parseValue: (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new GraphQLError('A BigInt is a whole number of at most 2^53−1.');
    }
    return BigInt(value);
  },
});
