import { hints } from './client-codes.ts';
import type { ClientErrorCode } from './client-codes.ts';

export type Language = 'en' | 'es';

type Text = { readonly title: string; readonly hint: string };

/** What is always true of a code of the client's own: the same that the catalogues of server and sidecar say of theirs. */
export type ClientErrorEntry = {
  /** Whether the same call can succeed later, unchanged. Of an answer that makes no sense its status may say that it can. */
  readonly retryable: boolean;
} & Readonly<Record<Language, Text>>;

export const clientErrors: Readonly<Record<ClientErrorCode, ClientErrorEntry>> = {
  CONNECTION_FAILED: {
    retryable: true,
    en: { title: 'The server cannot be reached', hint: hints.CONNECTION_FAILED ?? '' },
    es: { title: 'No se llega al servidor', hint: 'Comprueba `baseUrl` y la red, e inténtalo de nuevo.' },
  },
  TIMED_OUT: {
    retryable: true,
    en: { title: 'The answer took too long', hint: hints.TIMED_OUT ?? '' },
    es: {
      title: 'La respuesta ha tardado demasiado',
      hint: 'Da un `timeoutMs` mayor, o mira si ha ocurrido de todos modos.',
    },
  },
  ABORTED: {
    retryable: false,
    en: { title: 'The call was given up', hint: hints.ABORTED ?? '' },
    es: {
      title: 'Se ha abandonado la llamada',
      hint: 'La ha terminado tu `signal`: llama otra vez sin él si aún la quieres.',
    },
  },
  RESPONSE_INVALID: {
    retryable: false,
    en: { title: 'The answer makes no sense', hint: hints.RESPONSE_INVALID ?? '' },
    es: {
      title: 'La respuesta no tiene sentido',
      hint: 'Comprueba que `baseUrl` e `inferenceUrl` lleven a Sightline.',
    },
  },
  CONFIGURATION_INVALID: {
    retryable: false,
    en: { title: 'An option is wrong or missing', hint: hints.CONFIGURATION_INVALID ?? '' },
    es: { title: 'Una opción falta o no es correcta', hint: 'Corrige la opción que nombra el mensaje.' },
  },
  WEBHOOK_INVALID: {
    retryable: false,
    en: {
      title: 'A webhook is not what it claims to be',
      hint: 'Answer 400 and do nothing. If it should have passed: give the body as it came, byte by byte, and the endpoint’s own secret.',
    },
    es: {
      title: 'Un webhook no es lo que dice ser',
      hint: 'Responde 400 y no hagas nada. Si debía pasar: da el cuerpo tal como llegó, byte a byte, y el secreto de ese destino.',
    },
  },
  SPOOL_FULL: {
    retryable: true,
    en: {
      title: 'Nothing more can be kept for later',
      hint: 'Connect this machine and call `sync()`, or allow more `spoolBytesMax`.',
    },
    es: {
      title: 'No se puede guardar nada más para después',
      hint: 'Conecta esta máquina y llama a `sync()`, o permite un `spoolBytesMax` mayor.',
    },
  },
  CONSENT_MISSING: {
    retryable: false,
    en: {
      title: 'Nobody has agreed to this',
      hint: 'Ask by `consent.request` first, and give what it resolves with.',
    },
    es: {
      title: 'Nadie ha dado su consentimiento',
      hint: 'Pregunta antes con `consent.request`, y da lo que devuelve.',
    },
  },
};
