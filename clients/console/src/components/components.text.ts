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
    unreachable: 'Look whether your network is there. What you see here is kept.',
    asTable: 'As a table',
    cancel: 'Cancel',
    secretOnce: 'This is the only time it is shown. Keep it where only the program that needs it can read it.',
    secretKept: 'I have kept it',
  },
  es: {
    close: 'Cerrar',
    copied: 'Copiado',
    copy: 'Copiar',
    copyError: 'Copiar para soporte',
    loading: 'Cargando',
    request: 'Petición',
    tryAgain: 'Intentar de nuevo',
    unreachable: 'Mira si hay red. Lo que ves aquí se conserva.',
    asTable: 'Como tabla',
    cancel: 'Cancelar',
    secretOnce: 'Solo se muestra esta vez. Guárdalo donde solo pueda leerlo el programa que lo necesita.',
    secretKept: 'Ya lo he guardado',
  },
});
