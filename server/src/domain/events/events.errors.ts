import { DomainError } from '../../errors/domain-error.ts';

/** Not a number of this feed, or one the feed has not reached. */
export class CursorInvalidError extends DomainError {
  readonly code = 'CURSOR_INVALID';
  constructor(cursor: string) {
    super('This cursor is not one of this feed. Use the cursor of an event, or "0" for everything kept.', { cursor });
  }
}
