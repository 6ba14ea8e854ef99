/** What programs are told that ask to be let in; see `phrasesEs`. */
export const programPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  [
    'Nobody has decided about this device yet. Ask again after the interval.',
    'Nadie ha decidido todavía sobre este dispositivo. Pregunta otra vez después del intervalo.',
  ],
  [
    'You ask too often. Wait five seconds longer between questions.',
    'Preguntas demasiado a menudo. Espera cinco segundos más entre preguntas.',
  ],
  ['This device code is over. Begin again.', 'Este código de dispositivo ha caducado. Empieza otra vez.'],
  ['The person refused to let this device in.', 'La persona no ha dejado entrar a este dispositivo.'],
  [
    'This code or token is unknown, over or used, or it was made for somebody else.',
    'Este código o token no se conoce, ha caducado o ya se ha usado, o se hizo para otro.',
  ],
  [
    'This server knows authorization_code, refresh_token and device_code.',
    'Este servidor conoce authorization_code, refresh_token y device_code.',
  ],
  ['The process that did it is gone.', 'El proceso que lo hacía ya no está.'],
  ['The queue takes no jobs.', 'La cola no acepta trabajos.'],
];
