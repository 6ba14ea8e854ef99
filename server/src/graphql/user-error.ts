import { errorCodes } from '../errors/codes.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { docsOf } from '../errors/describe.ts';
import type { DomainError } from '../errors/domain-error.ts';
import { errorMessage, errorText } from '../messages/error-text.ts';
import { builder } from './builder.ts';

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'Every code a caller can meet; each has its heading in docs/errors.md.',
  values: Object.keys(errorCodes) as ErrorCode[],
});

export const UserError = builder.interfaceRef<DomainError>('UserError').implement({
  description: 'An outcome the caller can act on.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'Branch on this, never on the message.' }),
    message: t.string({
      description: 'Written for the person who made the request, in their language.',
      resolve: ({ code, message }, _args, { locale }) => errorMessage(code, message, locale),
    }),
    hint: t.string({
      description: 'What to do about it, in their language.',
      resolve: ({ code }, _args, { locale }) => errorText(code, locale).hint,
    }),
    retryable: t.boolean({
      description: 'Whether the very same request can succeed later.',
      resolve: ({ code }) => errorCodes[code].retryable,
    }),
    docs: t.string({
      description: 'Where the code is explained, relative to the repository.',
      resolve: ({ code }) => docsOf(code),
    }),
  }),
});
