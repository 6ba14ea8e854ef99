import { RequestRefusedError } from '../../errors/request-errors.ts';
import type { GraphqlLimits } from './limits.ts';

/** Refuses variables that hold too many values or nest them too deeply. Throws QUERY_TOO_COMPLEX. */
export function requireModestVariables(variables: object, limits: GraphqlLimits): void {
  let values = 0;
  const open: { value: object; depth: number }[] = [{ value: variables, depth: 1 }];
  for (let at = open.pop(); at; at = open.pop()) {
    requireAtMost('levels', at.depth, limits.variableDepth);
    for (const value of Object.values(at.value)) {
      values += 1;
      requireAtMost('values', values, limits.variableValues);
      if (typeof value === 'string') requireStorable(value);
      if (typeof value === 'object' && value !== null) open.push({ value, depth: at.depth + 1 });
    }
  }
}

/** Refuses the one character that PostgreSQL's text cannot hold. Throws INPUT_INVALID. */
export function requireStorable(text: string): void {
  if (!text.includes('\0')) return;
  throw new RequestRefusedError('INPUT_INVALID', 'Text must not contain the character U+0000.');
}

function requireAtMost(what: string, actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new RequestRefusedError('QUERY_TOO_COMPLEX', `The variables have too many ${what}. The limit is ${limit}.`);
}
