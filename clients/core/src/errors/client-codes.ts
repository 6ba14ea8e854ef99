/** Codes that never cross the wire: what went wrong before, after or instead of an answer. */
export const ClientErrorCode = {
  CONNECTION_FAILED: 'CONNECTION_FAILED',
  TIMED_OUT: 'TIMED_OUT',
  ABORTED: 'ABORTED',
  RESPONSE_INVALID: 'RESPONSE_INVALID',
  CONFIGURATION_INVALID: 'CONFIGURATION_INVALID',
} as const;

export type ClientErrorCode = keyof typeof ClientErrorCode;

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
    en: { title: 'The server cannot be reached', hint: 'Check `baseUrl` and the network, and try again.' },
    es: { title: 'No se llega al servidor', hint: 'Comprueba `baseUrl` y la red, e inténtalo de nuevo.' },
  },
  TIMED_OUT: {
    retryable: true,
    en: {
      title: 'The answer took too long',
      hint: 'Give a longer `timeoutMs`, or look whether it happened all the same.',
    },
    es: {
      title: 'La respuesta ha tardado demasiado',
      hint: 'Da un `timeoutMs` mayor, o mira si ha ocurrido de todos modos.',
    },
  },
  ABORTED: {
    retryable: false,
    en: { title: 'The call was given up', hint: 'Your `signal` ended it: call again without if you still want it.' },
    es: {
      title: 'Se ha abandonado la llamada',
      hint: 'La ha terminado tu `signal`: llama otra vez sin él si aún la quieres.',
    },
  },
  RESPONSE_INVALID: {
    retryable: false,
    en: { title: 'The answer makes no sense', hint: 'Check that `baseUrl` and `inferenceUrl` lead to Sightline.' },
    es: {
      title: 'La respuesta no tiene sentido',
      hint: 'Comprueba que `baseUrl` e `inferenceUrl` lleven a Sightline.',
    },
  },
  CONFIGURATION_INVALID: {
    retryable: false,
    en: { title: 'An option is wrong or missing', hint: 'Correct the option that the message names.' },
    es: { title: 'Una opción falta o no es correcta', hint: 'Corrige la opción que nombra el mensaje.' },
  },
};

export const docsOf = (code: ClientErrorCode): string => `docs/errors.md#${code.toLowerCase()}`;
