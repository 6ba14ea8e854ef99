import { defineText } from '../app/text.ts';

export const text = defineText({
  en: {
    close: 'Close',
    copied: 'Copied',
    copy: 'Copy',
    copyError: 'Copy for support',
    loading: 'Loading',
    request: 'Request',
    tryAgain: 'Try again',
    asTable: 'As a table',
  },
  es: {
    close: 'Cerrar',
    copied: 'Copiado',
    copy: 'Copiar',
    copyError: 'Copiar para soporte',
    loading: 'Cargando',
    request: 'Petición',
    tryAgain: 'Intentar de nuevo',
    asTable: 'Como tabla',
  },
});
