import { DomainError } from '../../errors/domain-error.ts';

export class SourceNameTakenError extends DomainError {
  readonly code = 'SOURCE_NAME_TAKEN';
  readonly sourceName: string;
  constructor(sourceName: string) {
    super(`A source named “${sourceName}” already exists.`, { sourceName });
    this.sourceName = sourceName;
  }
}

/** Missing and forbidden paths alike: a caller must not be able to feel around in the host's file system. */
export class SourcePathRefusedError extends DomainError {
  readonly code = 'SOURCE_PATH_REFUSED';
  constructor(path: string) {
    super('This path cannot be read. It must lie in one of the directories of SOURCE_DIRS; or upload the files.', {
      path,
    });
  }
}

export class SourceEmptyError extends DomainError {
  readonly code = 'SOURCE_EMPTY';
  constructor(what: string) {
    super(`There is no ${what} here.`);
  }
}
