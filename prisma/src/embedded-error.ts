export type EmbeddedPostgresCode =
  | 'POSTGRES_PLATFORM_UNSUPPORTED'
  | 'POSTGRES_HOME_UNWRITABLE'
  | 'POSTGRES_DISK_FULL'
  | 'POSTGRES_USER_UNKNOWN'
  | 'POSTGRES_DATA_UNUSABLE'
  | 'POSTGRES_PASSWORD_WRONG'
  | 'POSTGRES_START_FAILED'
  | 'POSTGRES_START_TIMEOUT';

/** The embedded PostgreSQL could not be used. The message is for the person at the terminal and says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresCode;
  constructor(code: EmbeddedPostgresCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns what PostgreSQL wrote before it gave up into an error that names the cause. */
export function explainFailure(doing: string, output: string, cause?: unknown): EmbeddedPostgresError {
  const tail = output.trim().split('\n').slice(-6).join('\n');
  if (/No space left on device|could not extend file/i.test(output)) {
    return new EmbeddedPostgresError(
      'POSTGRES_DISK_FULL',
      `The disk is full, so ${doing} failed. Free some space and start again.`,
      { cause },
    );
  }
  if (/could not look up effective user ID/.test(output)) {
    return new EmbeddedPostgresError(
      'POSTGRES_USER_UNKNOWN',
      `PostgreSQL needs a user with a name, and user ${process.getuid?.()} is not in /etc/passwd. ` +
        'Start as another user, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
  if (
    /incompatible with server|not initialized by|data directory .* has (wrong|invalid)|could not open directory|Permission denied/i.test(
      output,
    )
  ) {
    return new EmbeddedPostgresError('POSTGRES_DATA_UNUSABLE', `PostgreSQL cannot use its data folder:\n${tail}`, {
      cause,
    });
  }
  return new EmbeddedPostgresError('POSTGRES_START_FAILED', `${doing} failed:\n${tail || 'PostgreSQL said nothing.'}`, {
    cause,
  });
}
