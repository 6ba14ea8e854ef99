import type { ErrorCode } from '../errors.ts';

/** What is always true of a code. Codes that the server has, too, are told in the same words. */
export type ErrorText = { readonly title: string; readonly hint: string };

export const errorsEn: Record<ErrorCode, ErrorText> = {
  INPUT_INVALID: { title: 'A value makes no sense', hint: 'Correct the value that `details.field` names.' },
  BAD_REQUEST: { title: 'The request could not be read', hint: 'Correct the part that the message names.' },
  BODY_TOO_LARGE: { title: 'The body is too large', hint: 'Send less, or send files through an upload.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Bodies of this type are not taken',
    hint: 'Send one of the types that the message names.',
  },
  REQUEST_TIMEOUT: { title: 'The request took too long to arrive', hint: 'Send it again.' },
  HEADERS_TOO_LARGE: { title: 'The headers are too large', hint: 'Send fewer or shorter headers.' },
  FRAME_INVALID: {
    title: 'This is no frame',
    hint: 'Correct what writes to the pipe, and start the sidecar again.',
  },
  METHOD_NOT_ALLOWED: { title: 'Not with this method', hint: 'Use a method that the `allow` header lists.' },
  NOT_FOUND: { title: 'There is no such thing', hint: 'Check the id, and as whom you ask.' },
  IMAGE_MISSING: {
    title: 'There is no picture',
    hint: 'Send the picture as the body, as a file of a form, or as base64.',
  },
  IMAGE_TYPE_REFUSED: { title: 'Not a picture of a type we take', hint: 'Send JPEG, PNG, WebP, GIF, AVIF or TIFF.' },
  IMAGE_UNREADABLE: {
    title: 'The picture is damaged',
    hint: 'Open it with another program; if that fails too, make it again.',
  },
  IMAGE_TOO_LARGE: { title: 'The picture is too large', hint: 'Scale it down first.' },
  TENSOR_INVALID: {
    title: 'The tensors do not fit the network',
    hint: 'Compare names, types and shapes with those of the model.',
  },
  UNAUTHENTICATED: { title: 'Nobody is signed in', hint: 'Sign in again, or send a valid API key.' },
  KEY_ADDRESS_REFUSED: {
    title: 'The key may not be used from here',
    hint: 'Call from an address of the key’s list, or change the list.',
  },
  FORBIDDEN: { title: 'You may not do this', hint: 'Ask somebody who manages the organization for the permission.' },
  PIPELINE_UNKNOWN: { title: 'There is no such pipeline', hint: 'Use one that the message lists.' },
  SOURCE_UNREADABLE: {
    title: 'The source cannot be read',
    hint: 'Check that its files are there and that a player plays them.',
  },
  SOURCE_REFUSED: {
    title: 'The source may not be read',
    hint: 'Give the sidecar the same `SOURCE_DIRS` as the server.',
  },
  FFMPEG_MISSING: { title: 'Videos need ffmpeg', hint: 'Install ffmpeg and start the sidecar again.' },
  RATE_LIMITED: {
    title: 'Too many requests',
    hint: 'Wait for the time that `retryAfterMs` says, then go more slowly.',
  },
  QUOTA_EXCEEDED: {
    title: 'The quota of this period is used up',
    hint: 'Wait for the next period, whose begin `retryAfterMs` says, or choose a larger plan.',
  },
  QUEUE_FULL: { title: 'Too many pictures wait', hint: 'Try again after a moment, with fewer requests at once.' },
  DEADLINE_EXCEEDED: { title: 'It took too long', hint: 'Ask for less, or try again.' },
  MODEL_NOT_READY: { title: 'The model is not ready', hint: 'Try again in a few seconds.' },
  MODEL_FETCH_FAILED: {
    title: 'The model could not be fetched',
    hint: 'Check the connection to where it comes from, then try again.',
  },
  MODEL_NOT_INSTALLED: {
    title: 'The model is not installed',
    hint: 'Install it, or use one that `GET /models` lists.',
  },
  MODEL_INVALID: { title: 'The model cannot be used', hint: 'Install it again, or correct its configuration.' },
  ENGINE_FAILED: { title: 'The engine failed', hint: 'Try again; it has been started anew.' },
  INTERNAL_SERVER_ERROR: {
    title: 'Something went wrong on our side',
    hint: 'Try again; quote the request id if you ask for help.',
  },
  SERVICE_UNAVAILABLE: { title: 'Not available right now', hint: 'Try again in a moment.' },
};
