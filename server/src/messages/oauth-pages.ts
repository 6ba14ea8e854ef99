import type { Locale } from '@sightline/db/client';

const english = {
  signIn: 'Sign in',
  email: 'Email',
  password: 'Password',
  secondFactor: 'This account has a second factor: sign in on the web first, then open this page again.',
  program: 'Let a program in',
  wants: 'on this computer wants to act for you.',
  onlyStarted: 'Only go on if you just started it yourself.',
  allow: 'Allow',
  deny: 'Deny',
  device: 'Let a device in',
  code: 'Code',
  goOn: 'Go on',
  noDevice: 'No device waits under this code.',
  programTerm: 'Program',
  deviceTerm: 'Device',
  addressTerm: 'Address',
  placeTerm: 'Place',
  saysNothing: 'It does not say.',
  unknown: 'unknown',
  onlyYours: 'Only go on if this is your device, and it shows the code',
  letIn: 'The device is let in. You may close this page.',
  notLetIn: 'It is not let in.',
};

type PageWords = Readonly<Record<keyof typeof english, string>>;

/** What the pages say on which people let in programs and devices. */
export const pageWords: Readonly<Record<Locale, PageWords>> = {
  EN: english,
  ES: {
    signIn: 'Iniciar sesión',
    email: 'Correo electrónico',
    password: 'Contraseña',
    secondFactor:
      'Esta cuenta tiene un segundo factor: inicia sesión primero en la web y abre después esta página otra vez.',
    program: 'Dejar entrar a un programa',
    wants: 'quiere actuar por ti en este ordenador.',
    onlyStarted: 'Sigue solo si lo acabas de abrir tú.',
    allow: 'Permitir',
    deny: 'Rechazar',
    device: 'Dejar entrar a un dispositivo',
    code: 'Código',
    goOn: 'Seguir',
    noDevice: 'Ningún dispositivo espera con este código.',
    programTerm: 'Programa',
    deviceTerm: 'Dispositivo',
    addressTerm: 'Dirección',
    placeTerm: 'Lugar',
    saysNothing: 'No lo dice.',
    unknown: 'desconocido',
    onlyYours: 'Sigue solo si este dispositivo es tuyo y muestra el código',
    letIn: 'El dispositivo puede entrar. Puedes cerrar esta página.',
    notLetIn: 'No se le deja entrar.',
  },
};
