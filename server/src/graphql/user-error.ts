import { errorCodes } from '../errors/codes.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { DomainError } from '../errors/domain-error.ts';
import { builder } from './builder.ts';

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'Every code a caller can meet; each has its heading in docs/errors.md.',
  values: Object.keys(errorCodes) as ErrorCode[],
});

export const UserError = builder.interfaceRef<DomainError>('UserError').implement({
  description: 'An outcome the caller can act on.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'Branch on this, never on the message.' }),
    message: t.exposeString('message', { description: 'Written for the person who made the request.' }),
  }),
});
