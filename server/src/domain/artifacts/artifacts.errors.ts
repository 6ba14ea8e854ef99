import { DomainError } from '../../errors/domain-error.ts';

export class FileTypeRefusedError extends DomainError {
  readonly code = 'FILE_TYPE_REFUSED';
  constructor(contentType: string, accepted: readonly string[]) {
    super(`Files of type “${contentType}” are not accepted. Accepted: ${accepted.join(', ')}.`, { contentType });
  }
}

export class UploadIncompleteError extends DomainError {
  readonly code = 'UPLOAD_INCOMPLETE';
  constructor(count: number) {
    super(count === 1 ? 'One upload has not arrived yet.' : `${count} uploads have not arrived yet.`, { count });
  }
}
