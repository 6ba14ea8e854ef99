export type MigrationCode =
  | 'DATABASE_UNREACHABLE'
  | 'MIGRATION_BUSY'
  | 'MIGRATION_FAILED'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_UNKNOWN'
  | 'MIGRATION_NAME_INVALID'
  | 'MIGRATION_EMPTY';

/** The database could not be brought up to date. The message is for the person at the terminal and says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationCode;
  constructor(code: MigrationCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
