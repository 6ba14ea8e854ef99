import type { MailTemplate } from './mail.en.ts';

export const mailEs: Record<MailTemplate, { subject: string; text: string }> = {
  'verify-email': {
    subject: 'Confirma tu dirección',
    text: 'Hola, {name}:\n\nabre este enlace para confirmar que esta dirección es tuya:\n\n{link}\n\nFunciona una sola vez, durante {hours} horas. Si no lo has pedido, no hagas nada.\n',
  },
  'sign-up-known': {
    subject: 'Ya tienes una cuenta',
    text: 'Hola, {name}:\n\nalguien, quizá tú, ha intentado registrarse con esta dirección. Ya tiene una cuenta: inicia sesión o cambia la contraseña:\n\n{link}\n',
  },
  'reset-password': {
    subject: 'Elige una contraseña nueva',
    text: 'Hola, {name}:\n\nabre este enlace para elegir una contraseña nueva:\n\n{link}\n\nFunciona una sola vez, durante {minutes} minutos. Si no lo has pedido, no hagas nada: tu contraseña no cambia.\n',
  },
  'password-changed': {
    subject: 'Tu contraseña ha cambiado',
    text: 'Hola, {name}:\n\ntu contraseña ha cambiado y se ha cerrado la sesión en todos los demás dispositivos. Si no has sido tú, cámbiala ahora:\n\n{link}\n',
  },
  'email-changed': {
    subject: 'Tu dirección ha cambiado',
    text: 'Hola, {name}:\n\ntu cuenta tiene ahora otra dirección. Si no has sido tú, pídenos ayuda.\n',
  },
  'new-device': {
    subject: 'Un dispositivo nuevo ha iniciado sesión',
    text: 'Hola, {name}:\n\n{device} ha iniciado sesión desde {place} a las {time}. Si no has sido tú, cierra esa sesión y cambia tu contraseña:\n\n{link}\n',
  },
  invitation: {
    subject: 'Únete a {organization}',
    text: 'Hola:\n\n{inviter} te invita a {organization}:\n\n{link}\n\nLa invitación es válida durante {days} días.\n',
  },
  'link-identity': {
    subject: 'Confirma otra forma de iniciar sesión',
    text: 'Hola, {name}:\n\nalguien, quizá tú, quiere iniciar sesión en tu cuenta con {provider}. Abre este enlace para permitirlo:\n\n{link}\n\nSi no has sido tú, no hagas nada.\n',
  },
  'second-factor-changed': {
    subject: 'Tu segundo factor ha cambiado',
    text: 'Hola, {name}:\n\nel segundo factor de tu cuenta ha cambiado. Si no has sido tú, cambia tu contraseña ahora:\n\n{link}\n',
  },
  'export-ready': {
    subject: 'Tus datos están listos',
    text: 'Hola, {name}:\n\nlo que has pedido está listo. Abre esta página con la sesión iniciada:\n\n{link}\n',
  },
  'usage-alert': {
    subject: '{organization} ha usado el {percent} % de su cuota',
    text: 'Hola, {name}:\n\n{organization} ha usado {used} de las {limit} predicciones que su plan incluye en este periodo de facturación: ha llegado al {percent} %.\n\nEl próximo periodo empieza el {date}.\n',
  },
  'payment-failed': {
    subject: 'No se ha realizado un pago de {organization}',
    text: 'Hola, {name}:\n\nno se ha realizado, o no a tiempo, un pago de {amount} por la factura {number} de {organization}. Revisa la forma de pago para que todo siga funcionando:\n\n{link}\n',
  },
};
