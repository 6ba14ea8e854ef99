import type { ErrorCode } from '../errors/codes.ts';

/** What is always true of a code: a name for people, and what to do. `docs/errors.md` says more. */
export type ErrorText = { readonly title: string; readonly hint: string };

export const errorsEn: Record<ErrorCode, ErrorText> = {
  BAD_REQUEST: { title: 'The request could not be read', hint: 'Correct the part that the message names.' },
  BODY_TOO_LARGE: { title: 'The body is too large', hint: 'Send less, or send files through an upload.' },
  HEADERS_TOO_LARGE: { title: 'The headers are too large', hint: 'Send fewer or shorter headers.' },
  BATCHING_NOT_SUPPORTED: {
    title: 'One operation per request',
    hint: 'Send each operation as a request of its own, or select several fields in one.',
  },
  DOCUMENT_UNKNOWN: {
    title: 'The document is not one of those known',
    hint: 'Send a document the server was given, or have its operator add yours.',
  },
  GRAPHQL_PARSE_FAILED: { title: 'The document is not GraphQL', hint: 'Look at the place that `locations` names.' },
  GRAPHQL_VALIDATION_FAILED: {
    title: 'The document does not fit the schema',
    hint: 'Compare it and its variables with the schema.',
  },
  QUERY_TOO_COMPLEX: {
    title: 'The operation is too large',
    hint: 'Ask for smaller pages, or split the operation.',
  },
  METHOD_NOT_ALLOWED: { title: 'Not with this method', hint: 'Use a method that the `allow` header lists.' },
  NOT_ACCEPTABLE: { title: 'Nothing fits what you accept', hint: 'Accept one of the types that the message names.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Bodies of this type are not taken',
    hint: 'Send one of the types that the message names.',
  },
  REQUEST_TIMEOUT: { title: 'The request took too long to arrive', hint: 'Send it again.' },
  INPUT_INVALID: { title: 'A value makes no sense', hint: 'Correct the value that `details.field` names.' },

  UNAUTHENTICATED: { title: 'Nobody is signed in', hint: 'Sign in again, or send a valid API key.' },
  FORBIDDEN: { title: 'You may not do this', hint: 'Ask somebody who manages the organization for the permission.' },
  EMAIL_TAKEN: { title: 'The address is taken', hint: 'Sign in, or use another address.' },
  CREDENTIALS_INVALID: { title: 'Address or password is wrong', hint: 'Check both, or reset the password.' },
  EMAIL_NOT_VERIFIED: {
    title: 'The address is not confirmed',
    hint: 'Open the link in the mail, or ask for another one.',
  },
  PASSWORD_REFUSED: { title: 'The password is not good enough', hint: 'Choose a longer one that nobody else has.' },
  TOKEN_INVALID: { title: 'The link or ticket is no longer good', hint: 'Ask for a new one.' },
  TOO_MANY_ATTEMPTS: { title: 'Tried too often', hint: 'Wait for the time that `retryAfterMs` says.' },
  SECOND_FACTOR_INVALID: {
    title: 'The code is wrong',
    hint: 'Wait for the next code, or use a recovery code.',
  },
  SECOND_FACTOR_ENABLED: { title: 'There is a second factor already', hint: 'Switch it off first.' },
  STEP_UP_REQUIRED: {
    title: 'Prove again who you are',
    hint: 'Give your second factor or your password, then ask again.',
  },
  IDENTITY_REFUSED: { title: 'The identity provider’s answer was refused', hint: 'Begin to sign in again.' },
  IDENTITY_TAKEN: {
    title: 'The identity belongs to another user',
    hint: 'Sign in with it, or unlink it there first.',
  },
  REFRESH_TOKEN_INVALID: { title: 'The refresh token is no longer good', hint: 'Sign in again.' },
  REFRESH_TOKEN_REUSED: {
    title: 'An old refresh token came back',
    hint: 'Sign in again, and keep the newest token only.',
  },
  CSRF_REFUSED: {
    title: 'The request does not come from our page',
    hint: 'Send the header `x-csrf-token` that the page was given.',
  },
  ORIGIN_REFUSED: {
    title: 'Pages of this origin may not call',
    hint: 'Add the origin to `CORS_ORIGINS`, if it is yours.',
  },
  SCOPE_MISSING: { title: 'The key lacks a scope', hint: 'Use a key with the scope that the message names.' },
  KEY_ADDRESS_REFUSED: {
    title: 'The key may not be used from here',
    hint: 'Call from an address of the key’s list, or change the list.',
  },

  AUTHORIZATION_PENDING: { title: 'Nobody has decided yet', hint: 'Ask again after `interval` seconds.' },
  SLOW_DOWN: { title: 'Asked too often', hint: 'Wait 5 seconds longer between questions from now on.' },
  EXPIRED_TOKEN: { title: 'The device code is over', hint: 'Begin again with a new code.' },
  ACCESS_DENIED: { title: 'The person said no', hint: 'Do not ask again by yourself.' },
  INVALID_GRANT: { title: 'The code is no longer good', hint: 'Begin again: a code works once.' },
  UNSUPPORTED_GRANT_TYPE: { title: 'Unknown grant type', hint: 'Use one of the grant types that are documented.' },

  ALREADY_MEMBER: { title: 'Already a member', hint: 'Change their role instead.' },
  LAST_OWNER: { title: 'An organization needs an owner', hint: 'Make somebody else an owner first.' },
  TEAM_NAME_TAKEN: { title: 'There is a team of this name', hint: 'Choose another name.' },
  ROLE_NAME_TAKEN: { title: 'There is a role of this name', hint: 'Choose another name.' },
  ERASURE_BLOCKED: {
    title: 'Others depend on this account',
    hint: 'Make somebody else an owner, or delete the organization, then ask again.',
  },

  NOT_FOUND: { title: 'There is no such thing', hint: 'Check the id, and as whom you ask.' },
  SOURCE_NAME_TAKEN: { title: 'There is a source of this name', hint: 'Choose another name, or use that source.' },
  SOURCE_PATH_REFUSED: {
    title: 'The path cannot be read',
    hint: 'Put the files below a directory of `SOURCE_DIRS`, or upload them.',
  },
  SOURCE_EMPTY: { title: 'There is nothing to look at', hint: 'Give pictures, or one video.' },
  UPLOAD_INCOMPLETE: { title: 'An upload has not arrived', hint: 'Wait until every PUT is answered, then ask again.' },
  UPLOAD_MISMATCH: {
    title: 'The bytes are not those announced',
    hint: 'Make a new upload with the true size and type.',
  },
  FILE_TYPE_REFUSED: { title: 'Files of this type are not taken', hint: 'Send a type that the message lists.' },
  URL_REFUSED: {
    title: 'The server does not call this address',
    hint: 'Use an address that the whole internet reaches.',
  },
  LINK_INVALID: { title: 'The link is no longer good', hint: 'Ask for the URL again right before using it.' },
  PIPELINE_UNKNOWN: { title: 'There is no such pipeline', hint: 'Use one that the message lists.' },
  CURSOR_INVALID: { title: 'The cursor is not one of this feed', hint: 'Use the cursor of an event, or "0".' },

  BATCH_OUT_OF_ORDER: {
    title: 'A batch is missing before this one',
    hint: 'Send the batches again from the number that `expected` says.',
  },
  JOB_NOT_FAILED: { title: 'The job has not failed', hint: 'Only what has failed for good is tried again by hand.' },
  PLAN_LIMIT_REACHED: { title: 'The plan allows no more', hint: 'Remove something, or change the plan.' },
  QUOTA_EXCEEDED: {
    title: 'The quota of this period is used up',
    hint: 'Wait for the next period, whose begin `retryAfterMs` says, or choose a larger plan.',
  },
  PAYMENT_REQUIRED: { title: 'A payment is due', hint: 'Pay the open bill, or change how you pay.' },
  PAYMENT_FAILED: { title: 'The payment did not go through', hint: 'Check how you pay, and try again.' },
  SUBSCRIPTION_CHANGE_REFUSED: {
    title: 'The subscription cannot change like this',
    hint: 'Do what the message says first.',
  },
  INVOICE_CHANGE_REFUSED: {
    title: 'The bill cannot change like this',
    hint: 'Look at its state and at what was credited already.',
  },
  WEBHOOK_REFUSED: {
    title: 'The event is not believed',
    hint: 'Check the signing secret, and send the body as it was signed.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'The idempotency key belongs to another request',
    hint: 'Use a new key for a new request, and the same one only to repeat.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    title: 'The same request is still running',
    hint: 'Wait a moment, and repeat it with the same key.',
  },
  SANDBOX_ONLY: { title: 'Only in a sandbox', hint: 'Make an organization as a sandbox, and do it there.' },
  KEY_LIMIT_REACHED: {
    title: 'The key has used up its limit',
    hint: 'Wait for the time that `retryAfterMs` says, or change the limit.',
  },
  RATE_LIMITED: {
    title: 'Too many requests',
    hint: 'Wait for the time that `retryAfterMs` says, then go more slowly.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    title: 'Too many operations on one socket',
    hint: 'End some, or open another socket.',
  },

  READER_TOO_SLOW: {
    title: 'The reader is too slow',
    hint: 'Come back with the last cursor, and read faster or filter more.',
  },
  INGEST_BUSY: {
    title: 'Recording is behind',
    hint: 'Send the same batch again after `retryAfterMs`; read the source more slowly until then.',
  },

  INTERNAL_SERVER_ERROR: {
    title: 'Something went wrong on our side',
    hint: 'Try again; quote the request id if you ask for help.',
  },
  SERVICE_UNAVAILABLE: { title: 'Not available right now', hint: 'Try again in a moment.' },
  DEADLINE_EXCEEDED: { title: 'It took too long', hint: 'Ask for less, or try again.' },
};
