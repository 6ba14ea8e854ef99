import type { SightlineError } from '@sightline/core';
import { NotThere } from '../user-mistake.ts';

/**
 * What `ask` gives for an id that somebody typed. Throws NotThere where that is null, and where the id is none, or one of something else:
 * for who typed it that is the same.
 */
export async function named<T>(what: string, id: string, ask: () => PromiseLike<T | null>): Promise<T> {
  try {
    const found = await ask();
    if (found !== null) return found;
  } catch (error) {
    if (!isOfId(error)) throw error;
  }
  throw new NotThere(`There is no ${what} ${id} that you may see.`);
}

/** The server names the field where an id is none, and nothing where it is of another type. */
function isOfId(error: unknown): boolean {
  const { code, details } = error as Partial<SightlineError>;
  return code === 'INPUT_INVALID' && (details?.['field'] ?? 'id') === 'id';
}
