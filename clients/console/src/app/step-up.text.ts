import { defineText } from './text.ts';

export const text = defineText({
  en: {
    title: 'Is it you?',
    why: 'This changes money or who may do what. Prove once more that it is you; it holds for five minutes.',
    password: 'Your password',
    code: 'Code of your app',
    codeHint: 'Six digits, or one of your recovery codes',
    goOn: 'Go on',
    cancel: 'Cancel',
    wrongPassword: 'That is not your password.',
    wrongCode: 'That code is not it, or was used already. Take the next one.',
    noProof:
      'You sign in by somebody else’s page, so there is no password to ask for. Sign out and in again, and come back within five minutes.',
    signOut: 'Sign out',
  },
  es: {
    title: '¿Eres tú?',
    why: 'Esto cambia dinero o quién puede hacer qué. Demuestra otra vez que eres tú; vale durante cinco minutos.',
    password: 'Tu contraseña',
    code: 'Código de tu aplicación',
    codeHint: 'Seis cifras, o uno de tus códigos de recuperación',
    goOn: 'Continuar',
    cancel: 'Cancelar',
    wrongPassword: 'Esa no es tu contraseña.',
    wrongCode: 'Ese código no es, o ya se ha usado. Prueba con el siguiente.',
    noProof:
      'Entras desde la página de otro servicio, así que no hay contraseña que pedir. Cierra la sesión, entra de nuevo y vuelve en menos de cinco minutos.',
    signOut: 'Cerrar sesión',
  },
});
